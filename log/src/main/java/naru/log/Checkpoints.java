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
    private final Kept recoveryPoints;
    private final Kept highWatermarks;
    private final Kept logStarts;

    /** One file, and what is to stand in it. */
    private final class Kept {
        private final OffsetCheckpoint file;
        private final String name;
        private final Map<TopicPartition, Long> offsets;
        private boolean written;

        Kept(String name) throws IOException {
            this.name = name;
            this.file = new OffsetCheckpoint(disk, folder, name);
            this.offsets = new HashMap<>(read());
            this.written = true;
        }

        private Map<TopicPartition, Long> read() throws IOException {
            try {
                return file.read();
            } catch (CorruptFileException corrupt) {
                LOG.warn("{}; the logs are read instead", corrupt.getMessage());
                return Map.of();
            }
        }

        long of(TopicPartition partition) {
            return offsets.getOrDefault(partition, 0L);
        }

        void set(PartitionLog log, long offset) {
            Long now = offset;
            written &= now.equals(offsets.put(log.topicPartition(), now));
        }

        void forget(TopicPartition partition) {
            written &= offsets.remove(partition) == null;
        }

        void write() throws IOException {
            if (!written) {
                file.write(offsets, true);
                written = true;
            }
        }

        boolean isMissing() {
            return !disk.exists(folder.resolve(name));
        }
    }

    Checkpoints(Disk disk, Path folder) throws IOException {
        this.disk = disk;
        this.folder = folder;
        this.recoveryPoints = new Kept(OffsetCheckpoint.RECOVERY_POINT);
        this.highWatermarks = new Kept(OffsetCheckpoint.HIGH_WATERMARK);
        this.logStarts = new Kept(OffsetCheckpoint.LOG_START);
    }

    synchronized long recoveryPoint(TopicPartition partition) {
        return recoveryPoints.of(partition);
    }

    synchronized long highWatermark(TopicPartition partition) {
        return highWatermarks.of(partition);
    }

    synchronized long logStart(TopicPartition partition) {
        return logStarts.of(partition);
    }

    /** Writes what is on the disk and above the log's recovery point or high watermark anew. */
    synchronized void lower(PartitionLog log) throws IOException {
        lower(recoveryPoints, log, log.durableOffset());
        lower(highWatermarks, log, log.lastingHighWatermark());
    }

    private static void lower(Kept kept, PartitionLog log, long offset) throws IOException {
        if (kept.of(log.topicPartition()) > offset) {
            kept.set(log, offset);
        }
        kept.write();
    }

    /** Whether the recovery point on the disk reaches the offset, once it is written if need be. */
    synchronized boolean reaches(PartitionLog log, long offset) throws IOException {
        if (recoveryPoints.of(log.topicPartition()) < offset) {
            recoveryPoints.set(log, log.durableOffset());
        }
        recoveryPoints.write();
        return recoveryPoints.of(log.topicPartition()) >= offset;
    }

    synchronized void forget(TopicPartition partition) {
        recoveryPoints.forget(partition);
        highWatermarks.forget(partition);
        logStarts.forget(partition);
    }

    /** Writes those files whose content has changed. */
    synchronized void write(Collection<PartitionLog> logs) throws IOException {
        for (PartitionLog log : logs) {
            recoveryPoints.set(log, log.durableOffset());
            highWatermarks.set(log, log.lastingHighWatermark());
            logStarts.set(log, log.logStartOffset());
        }
        for (Kept kept : new Kept[] {recoveryPoints, highWatermarks, logStarts}) {
            kept.written &= !kept.isMissing();
            kept.write();
        }
    }
}
