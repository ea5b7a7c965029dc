package naru.junit;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What of nodes can be seen from outside: threads, open files and sockets, temporary folders. */
record Traces(List<String> threads, List<String> files, List<String> folders) {
    /** Java's own threads for virtual ones, which come and go as there is work. */
    private static final Pattern OF_JAVA =
            Pattern.compile("ForkJoinPool.*|VirtualThread-unblocker|.*-Poller|.*-poller");

    /** Sockets and pipes have numbers; how many there are is what counts. */
    private static final Pattern NUMBER = Pattern.compile("\\[\\d+]");

    static Traces now() {
        return new Traces(
                Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> !OF_JAVA.matcher(name).matches())
                        .sorted()
                        .toList(),
                listed(Path.of("/proc/self/fd"), Traces::target),
                listed(
                        Path.of(System.getProperty("java.io.tmpdir")),
                        path ->
                                Files.isDirectory(path)
                                                && path.getFileName().toString().startsWith("naru-")
                                        ? path.toString()
                                        : null));
    }

    /** What is here and was not there before; what went meanwhile was somebody else's. */
    List<String> addedSince(Traces before) {
        List<String> added = new ArrayList<>(all());
        before.all().forEach(added::remove);
        return added;
    }

    private List<String> all() {
        return Stream.of(threads, files, folders).flatMap(List::stream).toList();
    }

    private static List<String> listed(Path folder, Function<Path, @Nullable String> told) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(told).filter(Objects::nonNull).sorted().toList();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    /** Jars are opened when a class is first needed; the descriptor of this listing is closed. */
    private static @Nullable String target(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.endsWith(".jar") || target.startsWith("/proc/")
                    ? null
                    : NUMBER.matcher(target).replaceAll("");
        } catch (IOException closedMeanwhile) {
            return null;
        }
    }
}
