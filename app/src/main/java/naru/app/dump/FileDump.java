package naru.app.dump;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chooses by a file's name how to read it. */
public final class FileDump {
    private static final Pattern NUMBERED = Pattern.compile("(\\d{20})[.-].*");

    private FileDump() {}

    /**
     * Writes what is in the file.
     *
     * @param records whether the records within batches are shown too
     * @throws IllegalArgumentException when nothing here can read files of that name
     */
    public static void dump(Path file, boolean records, Findings findings) throws IOException {
        String name = String.valueOf(file.getFileName());
        // Files of a deleted partition or segment keep their form.
        String plain = name.endsWith(".deleted") ? name.substring(0, name.length() - 8) : name;
        String kind = plain.substring(plain.lastIndexOf('.') + 1);
        switch (kind) {
            case "log", "checkpoint" -> {
                try (FileChannel channel = open(file)) {
                    new SegmentDump(channel, baseOffset(plain), records, findings).dump();
                }
            }
            case "index" -> {
                try (FileChannel channel = open(file);
                        FileChannel log = openSegment(file, plain)) {
                    IndexDump.offsets(channel, log, baseOffset(plain), findings);
                }
            }
            case "timeindex" -> {
                try (FileChannel channel = open(file)) {
                    IndexDump.times(channel, baseOffset(plain), findings);
                }
            }
            case "txnindex" -> {
                try (FileChannel channel = open(file)) {
                    IndexDump.abortedTransactions(channel, findings);
                }
            }
            case "snapshot" -> {
                try (FileChannel channel = open(file)) {
                    ProducerSnapshotDump.dump(channel, findings);
                }
            }
            default -> {
                if (!name.endsWith("-checkpoint")) {
                    throw new IllegalArgumentException(
                            "no idea how to read "
                                    + name
                                    + "; known are .log, .index, .timeindex, .txnindex, .snapshot,"
                                    + " .checkpoint and *-checkpoint");
                }
                CheckpointDump.dump(file, findings);
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    /** The segment that an index belongs to, when it is there. */
    private static @Nullable FileChannel openSegment(Path index, String plain) throws IOException {
        Path segment = index.resolveSibling(plain.replaceAll("\\.index$", ".log"));
        return Files.isRegularFile(segment) ? open(segment) : null;
    }

    /** The offset in the file's name, or 0 when it has none. */
    static long baseOffset(String name) {
        Matcher numbered = NUMBERED.matcher(name);
        try {
            return numbered.matches() ? Long.parseLong(numbered.group(1)) : 0;
        } catch (NumberFormatException tooLarge) {
            return 0;
        }
    }
}
