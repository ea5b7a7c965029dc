package naru.log;

import naru.log.checkpoint.CorruptFileException;
import naru.log.checkpoint.OffsetCheckpoint;
import naru.log.disk.Disk;

import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The three offset checkpoints of a data folder. What they had of logs that could not be opened is
 * kept.
 *
 * <p>Threads: safe for use by many.
 */
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final Disk disk;
    private final Path folder;
    private final Map<TopicPartition, Long> recoveryPoints;
    private final Map<TopicPartition, Long> highWatermarks;
    private final Map<TopicPartition, Long> logStarts;

    Checkpoints(Disk disk, Path folder) throws IOException {
        this.disk = disk;
        this.folder = folder;
        this.recoveryPoints = read(OffsetCheckpoint.RECOVERY_POINT);
        this.highWatermarks = read(OffsetCheckpoint.HIGH_WATERMARK);
        this.logStarts = read(OffsetCheckpoint.LOG_START);
    }

    private Map<TopicPartition, Long> read(String name) throws IOException {
        try {
            return new HashMap<>(new OffsetCheckpoint(disk, folder, name).read());
        } catch (CorruptFileException corrupt) {
            LOG.warn("{}; the logs are read instead", corrupt.getMessage());
            return new HashMap<>();
        }
    }

    synchronized long recoveryPoint(TopicPartition partition) {
        return recoveryPoints.getOrDefault(partition, 0L);
    }

    synchronized long highWatermark(TopicPartition partition) {
        return highWatermarks.getOrDefault(partition, 0L);
    }

    synchronized long logStart(TopicPartition partition) {
        return logStarts.getOrDefault(partition, 0L);
    }

    /** Writes the recovery points at once if the one on the disk is above the log's. */
    synchronized void lower(PartitionLog log) throws IOException {
        long now = log.durableOffset();
        if (recoveryPoint(log.topicPartition()) > now) {
            recoveryPoints.put(log.topicPartition(), now);
            new OffsetCheckpoint(disk, folder, OffsetCheckpoint.RECOVERY_POINT)
                    .write(recoveryPoints, true);
        }
    }

    synchronized void forget(TopicPartition partition) {
        recoveryPoints.remove(partition);
        highWatermarks.remove(partition);
        logStarts.remove(partition);
    }

    /** Writes those files whose content has changed. */
    synchronized void write(Collection<PartitionLog> logs) throws IOException {
        write(OffsetCheckpoint.RECOVERY_POINT, recoveryPoints, logs, PartitionLog::durableOffset);
        write(OffsetCheckpoint.HIGH_WATERMARK, highWatermarks, logs, PartitionLog::highWatermark);
        write(OffsetCheckpoint.LOG_START, logStarts, logs, PartitionLog::logStartOffset);
    }

    private void write(
            String name,
            Map<TopicPartition, Long> known,
            Collection<PartitionLog> logs,
            ToLongFunction<PartitionLog> offset)
            throws IOException {
        boolean changed = false;
        for (PartitionLog log : logs) {
            Long now = offset.applyAsLong(log);
            changed |= !now.equals(known.put(log.topicPartition(), now));
        }
        if (changed || !disk.exists(folder.resolve(name))) {
            new OffsetCheckpoint(disk, folder, name).write(known, true);
        }
    }
}
