package naru.log.checkpoint;

import naru.log.disk.Disk;

import org.apache.kafka.common.TopicPartition;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A file with one offset per partition of a data folder, in Kafka's text format.
 *
 * <p>Threads: one writer; every call reads or writes the whole file. A corrupt file is a {@link
 * CorruptFileException}, which the caller may report and treat as absent.
 */
public final class OffsetCheckpoint {
    public static final String RECOVERY_POINT = "recovery-point-offset-checkpoint";
    public static final String HIGH_WATERMARK = "replication-offset-checkpoint";
    public static final String LOG_START = "log-start-offset-checkpoint";
    public static final String CLEANER = "cleaner-offset-checkpoint";

    private final Disk disk;
    private final Path file;

    /** The checkpoint of that name in a data folder. */
    public OffsetCheckpoint(Disk disk, Path dataFolder, String name) {
        this.disk = disk;
        this.file = dataFolder.resolve(name);
    }

    /** The offsets; none when there is no file. */
    public Map<TopicPartition, Long> read() throws IOException {
        String text = SmallFile.readText(disk, file);
        if (text == null) {
            return Map.of();
        }
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        List<Map.Entry<TopicPartition, Long>> entries =
                CheckpointText.parse(text, file.toString(), OffsetCheckpoint::entry);
        entries.forEach(entry -> offsets.put(entry.getKey(), entry.getValue()));
        return offsets;
    }

    public void write(Map<TopicPartition, Long> offsets, boolean force) throws IOException {
        List<String> entries =
                offsets.entrySet().stream()
                        .map(e ->
                                e.getKey().topic()
                                        + ' '
                                        + e.getKey().partition()
                                        + ' '
                                        + e.getValue())
                        .toList();
        SmallFile.replace(disk, file, CheckpointText.of(entries), force);
    }

    private static Optional<Map.Entry<TopicPartition, Long>> entry(String[] words) {
        if (words.length != 3) {
            return Optional.empty();
        }
        int partition = Integer.parseInt(words[1]);
        long offset = Long.parseLong(words[2]);
        return partition < 0 || offset < 0
                ? Optional.empty()
                : Optional.of(Map.entry(new TopicPartition(words[0], partition), offset));
    }
}
