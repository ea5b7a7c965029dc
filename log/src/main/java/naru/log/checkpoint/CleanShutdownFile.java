package naru.log.checkpoint;

import naru.log.disk.Disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The mark that a data folder was closed cleanly: {@code .kafka_cleanshutdown} with the epoch that
 * the broker was registered in (KIP-966), as {@code {"version":0,"brokerEpoch":5}}.
 *
 * <p>Older versions of Kafka leave the file empty; that and any other content marks a clean stop in
 * an epoch that is not known.
 */
public final class CleanShutdownFile {
    public static final String NAME = ".kafka_cleanshutdown";

    private static final Pattern EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(\\d{1,18})\\D");

    private CleanShutdownFile() {}

    /** What the mark says. */
    public record Mark(OptionalLong brokerEpoch) {}

    /** The mark, or empty when the folder was not closed cleanly. */
    public static Optional<Mark> read(Disk disk, Path dataFolder) throws IOException {
        String text = SmallFile.readText(disk, dataFolder.resolve(NAME));
        if (text == null) {
            return Optional.empty();
        }
        Matcher epoch = EPOCH.matcher(text);
        return Optional.of(
                new Mark(
                        epoch.find()
                                ? OptionalLong.of(Long.parseLong(epoch.group(1)))
                                : OptionalLong.empty()));
    }

    /** Writes the mark; it is on the disk when this returns. */
    public static void write(Disk disk, Path dataFolder, long brokerEpoch) throws IOException {
        SmallFile.replace(
                disk,
                dataFolder.resolve(NAME),
                "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}",
                true);
    }

    /**
     * Takes the mark away: from now on the folder may be left unclean. It is gone from the disk
     * when this returns, so that no power cut brings it back.
     */
    public static void delete(Disk disk, Path dataFolder) throws IOException {
        if (disk.delete(dataFolder.resolve(NAME))) {
            disk.forceFolder(dataFolder);
        }
    }
}
