package naru.log;

import naru.log.compaction.CompactionSettings;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a data folder has to be told when it is opened.
 *
 * @param directoryId {@code directory.id} of the folder
 * @param configs configuration of the logs that are found in the folder
 * @param checkpointMillis how often recovery points and the other offsets are written
 * @param retentionCheckMillis {@code log.retention.check.interval.ms}
 * @param producerIdExpirationMillis {@code producer.id.expiration.ms}
 * @param recoveryThreads most logs that are opened, recovered or closed at the same time
 * @param compaction what holds for the cleaner now
 * @param background whether threads of its own sync, expire and check; without, whoever owns the
 *     folder calls {@link LogDirectory#runBackground} when it wants that done, on its own thread
 */
public record LogDirectoryOptions(
        Path path,
        Uuid directoryId,
        Function<TopicPartition, LogConfig> configs,
        long checkpointMillis,
        long retentionCheckMillis,
        long producerIdExpirationMillis,
        int recoveryThreads,
        Supplier<CompactionSettings> compaction,
        boolean background) {

    /** Kafka's defaults. */
    public static LogDirectoryOptions of(
            Path path, Uuid directoryId, Function<TopicPartition, LogConfig> configs) {
        return new LogDirectoryOptions(
                path,
                directoryId,
                configs,
                60_000,
                5 * 60_000,
                86_400_000,
                2,
                () -> CompactionSettings.DEFAULTS,
                true);
    }

    public LogDirectoryOptions withBackground(boolean wanted) {
        return new LogDirectoryOptions(
                path,
                directoryId,
                configs,
                checkpointMillis,
                retentionCheckMillis,
                producerIdExpirationMillis,
                recoveryThreads,
                compaction,
                wanted);
    }

    public LogDirectoryOptions withCompaction(Supplier<CompactionSettings> wanted) {
        return new LogDirectoryOptions(
                path,
                directoryId,
                configs,
                checkpointMillis,
                retentionCheckMillis,
                producerIdExpirationMillis,
                recoveryThreads,
                wanted,
                background);
    }
}
