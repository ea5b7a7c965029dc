package naru.benchmarks.micro;

import naru.log.AppendOutcome;
import naru.log.LogConfig;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.Origin;
import naru.log.PartitionLog;
import naru.log.disk.LocalDisk;
import naru.testkit.TemporaryFolder;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

import java.nio.ByteBuffer;
import java.time.Clock;

/** One partition's log in a folder that is deleted on close. One owner. */
final class LogOnDisk implements AutoCloseable {
    private static final int LEADER_EPOCH = 0;

    private final TemporaryFolder folder = TemporaryFolder.create("naru-jmh-");
    private final LogDirectory directory =
            LogDirectory.open(
                    LogDirectoryOptions.of(
                            folder.path(), Uuid.randomUuid(), partition -> LogConfig.DEFAULTS),
                    new LocalDisk(),
                    Clock.systemUTC());
    private final PartitionLog log =
            directory.create(new TopicPartition("jmh", 0), Uuid.randomUuid(), LogConfig.DEFAULTS);

    LogOnDisk() {
        log.beginEpoch(LEADER_EPOCH);
    }

    PartitionLog log() {
        return log;
    }

    /** Appends as a leader does for a client, and moves the high watermark. */
    long append(ByteBuffer batch) {
        AppendOutcome outcome = log.appendAsLeader(batch, LEADER_EPOCH, Origin.CLIENT);
        return switch (outcome) {
            case AppendOutcome.Appended appended -> {
                log.advanceHighWatermark(appended.lastOffset() + 1);
                yield appended.baseOffset();
            }
            case AppendOutcome.Duplicate _ -> throw new IllegalStateException("a duplicate");
            case AppendOutcome.Refused refused ->
                    throw new IllegalStateException(refused.message());
        };
    }

    @Override
    public void close() {
        directory.close();
        folder.close();
    }
}
