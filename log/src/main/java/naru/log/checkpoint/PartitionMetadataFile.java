package naru.log.checkpoint;

import naru.log.disk.Disk;

import org.apache.kafka.common.Uuid;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** {@code partition.metadata} of a partition's folder: the id of the topic it belongs to. */
public final class PartitionMetadataFile {
    public static final String NAME = "partition.metadata";

    private static final String VERSION_LINE = "version: 0";
    private static final String TOPIC_ID_KEY = "topic_id: ";
    private static final int TOPIC_ID_LENGTH = 22;

    private PartitionMetadataFile() {}

    /**
     * The topic id, or empty when the folder has no such file, or one whose content a power cut
     * took before it reached the disk.
     */
    public static Optional<Uuid> read(Disk disk, Path partitionFolder) throws IOException {
        Path file = partitionFolder.resolve(NAME);
        String text = SmallFile.readText(disk, file);
        if (text == null || isTorn(text)) {
            return Optional.empty();
        }
        String[] lines = text.lines().toArray(String[]::new);
        if (lines.length == 2
                && lines[0].strip().equals(VERSION_LINE)
                && lines[1].startsWith(TOPIC_ID_KEY)) {
            try {
                Uuid id = Uuid.fromString(lines[1].substring(TOPIC_ID_KEY.length()).strip());
                if (!id.equals(Uuid.ZERO_UUID)) {
                    return Optional.of(id);
                }
            } catch (IllegalArgumentException malformed) {
                throw new CorruptFileException(file + " has a malformed topic id: " + lines[1]);
            }
        }
        throw new CorruptFileException(file + " does not state version 0 and a topic id.");
    }

    /** Nothing but zeros, or the beginning of a file whose end is missing. */
    private static boolean isTorn(String text) {
        String start = VERSION_LINE + '\n' + TOPIC_ID_KEY;
        return text.chars().allMatch(c -> c == 0)
                || start.startsWith(text)
                || (text.startsWith(start) && text.length() < start.length() + TOPIC_ID_LENGTH);
    }

    /** Writes the file of a folder that has none, or none that says anything. */
    public static void write(Disk disk, Path partitionFolder, Uuid topicId) throws IOException {
        SmallFile.replace(
                disk,
                partitionFolder.resolve(NAME),
                VERSION_LINE + '\n' + TOPIC_ID_KEY + topicId,
                false);
    }
}
