package naru.testkit;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * One run of a server as a child process, with the last lines of what it printed.
 *
 * <p>Threads: a reader of its own collects the output; all else is for one owner. A child that is
 * still alive when this JVM ends is killed.
 */
final class ServerProcess {
    private static final int OUTPUT_LINES = 5_000;
    private static final Duration STOP_BOUND = Duration.ofSeconds(60);
    private static final Set<Process> LIVING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> LIVING.forEach(Process::destroyForcibly)));
    }

    private final String name;
    private final Process process;
    private final ArrayDeque<String> output = new ArrayDeque<>();
    private final @Nullable Path transcript;
    private final Thread reader;

    private ServerProcess(String name, Process process, @Nullable Path transcript) {
        this.name = name;
        this.transcript = transcript;
        this.process = process;
        // Reading a pipe holds the carrier of a virtual thread, and there are few carriers.
        this.reader = Thread.ofPlatform().daemon().name(name + "-output").start(this::collect);
    }

    static ServerProcess start(
            String name,
            List<String> command,
            Path workingFolder,
            Map<String, String> environment) {
        return start(name, command, workingFolder, environment, null);
    }

    /**
     * @param transcript to which all that is printed is appended
     */
    static ServerProcess start(
            String name,
            List<String> command,
            Path workingFolder,
            Map<String, String> environment,
            @Nullable Path transcript) {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(workingFolder.toFile())
                        .redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            LIVING.add(process);
            return new ServerProcess(name, process, transcript);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What was printed so far, oldest first; at most the last {@value #OUTPUT_LINES} lines. */
    List<String> output() {
        synchronized (output) {
            return List.copyOf(output);
        }
    }

    boolean printed(Predicate<String> line) {
        synchronized (output) {
            return output.stream().anyMatch(line);
        }
    }

    /** Asks again and again until true; fails when the process ends or the bound passes. */
    void await(String what, Duration bound, BooleanSupplier condition) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive()) {
                join(reader);
                if (condition.getAsBoolean()) {
                    return;
                }
                throw failure("ended with exit code " + process.exitValue() + " before " + what);
            }
            if (System.nanoTime() - deadline > 0) {
                throw failure("no " + what + " within " + bound.toSeconds() + " s");
            }
            pause();
        }
    }

    void signal(String signal) {
        try {
            Process sender =
                    new ProcessBuilder("sh", "-c", "kill -s " + signal + " " + pid()).start();
            if (sender.waitFor() != 0) {
                throw failure("took no signal " + signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    int stop() {
        process.destroy();
        return awaitExit();
    }

    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    int awaitExit() {
        try {
            if (!process.waitFor(STOP_BOUND.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw failure("was asked to stop and still ran after " + STOP_BOUND);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        join(reader);
        LIVING.remove(process);
        return process.exitValue();
    }

    private IllegalStateException failure(String what) {
        List<String> lines = output();
        List<String> last = lines.subList(Math.max(0, lines.size() - 60), lines.size());
        return new IllegalStateException(name + " " + what + ":\n" + String.join("\n", last));
    }

    private void collect() {
        try (BufferedReader lines =
                        new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
                Writer copy = transcript()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line);
                copy.write(line + "\n");
                copy.flush();
            }
        } catch (IOException e) {
            keep("(output ended: " + e.getMessage() + ")");
        }
    }

    private Writer transcript() throws IOException {
        return transcript == null
                ? Writer.nullWriter()
                : Files.newBufferedWriter(
                        transcript, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void keep(String line) {
        synchronized (output) {
            if (output.size() == OUTPUT_LINES) {
                output.removeFirst();
            }
            output.addLast(line);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }
}
