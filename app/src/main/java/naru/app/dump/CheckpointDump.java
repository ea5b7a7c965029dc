package naru.app.dump;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads checkpoint files: a version, a count, and so many lines of text. */
final class CheckpointDump {
    private static final long SIZE_MOST = 64 << 20;

    private CheckpointDump() {}

    static void dump(Path file, Findings findings) throws IOException {
        if (Files.size(file) > SIZE_MOST) {
            findings.damage(0, "a checkpoint file has no more than " + SIZE_MOST + " bytes");
            return;
        }
        boolean epochs = String.valueOf(file.getFileName()).startsWith("leader-epoch");
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            @Nullable String version = lines.readLine();
            @Nullable String count = lines.readLine();
            if (!"0".equals(version) || count == null || !count.matches("\\d{1,9}")) {
                findings.damage(0, "the first two lines are no version and count of a checkpoint");
                return;
            }
            int wanted = Integer.parseInt(count);
            int found = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                found++;
                boolean twoNumbers = line.matches("\\d+ -?\\d+");
                findings.entry(
                        epochs && twoNumbers
                                ? "epoch " + line.replace(" ", "  begins at offset ")
                                : line,
                        Map.of("line", line));
                if (epochs && !twoNumbers) {
                    findings.damage(0, "line " + (found + 2) + " is no epoch and offset");
                }
            }
            if (found != wanted) {
                findings.damage(0, "there are " + found + " lines where " + wanted + " should be");
            }
        } catch (MalformedInputException binary) {
            findings.damage(0, "this is no text");
        }
    }
}
