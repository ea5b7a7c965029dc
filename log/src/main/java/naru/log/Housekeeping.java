package naru.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What is done to the logs of a folder from time to time: checkpoints, {@code flush.ms}, retention,
 * forgetting old verifications and producers; and a look at the folder itself when the disk has
 * refused something.
 *
 * <p>Threads: one at a time but for {@link #checkpointSoon}.
 */
final class Housekeeping implements Background.Household {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    /** A log with more unsynced records than this is synced at a checkpoint: bounds recovery. */
    private static final long MOST_UNSYNCED_BYTES = 64L << 20;

    private final LogDirectoryOptions options;
    private final Checkpoints checkpoints;
    private final FolderHealth health;
    private final Clock clock;
    private final Collection<PartitionLog> logs;
    private final Runnable whenFailed;
    private final Consumer<PartitionLog> whenGivenUp;
    private final Set<PartitionLog> givenUp = new HashSet<>();
    private volatile boolean checkpointAsked;
    private long nextCheckpointMillis;
    private long nextRetentionMillis;

    Housekeeping(
            LogDirectoryOptions options,
            Checkpoints checkpoints,
            FolderHealth health,
            Clock clock,
            Collection<PartitionLog> logs,
            Runnable whenFailed,
            Consumer<PartitionLog> whenGivenUp) {
        this.options = options;
        this.checkpoints = checkpoints;
        this.health = health;
        this.clock = clock;
        this.logs = logs;
        this.whenFailed = whenFailed;
        this.whenGivenUp = whenGivenUp;
        this.nextCheckpointMillis = clock.millis() + options.checkpointMillis();
        this.nextRetentionMillis = clock.millis() + options.retentionCheckMillis();
    }

    void checkpointSoon() {
        checkpointAsked = true;
    }

    @Override
    public long nowMillis() {
        return clock.millis();
    }

    @Override
    public long keepHouse(long nowMillis) {
        if (health.check(nowMillis)) {
            whenFailed.run();
        }
        if (health.failure() != null) {
            return Long.MAX_VALUE;
        }
        tellOfGivenUp();
        boolean due = nowMillis >= nextCheckpointMillis;
        if (due || checkpointAsked) {
            checkpointAsked = false;
            checkpoint(due, nowMillis);
        }
        long flushDue = flushAged(nowMillis);
        if (nowMillis >= nextRetentionMillis) {
            nextRetentionMillis = nowMillis + options.retentionCheckMillis();
            applyRetention(nowMillis);
        }
        long next = Math.min(health.dueMillis(nowMillis), flushDue);
        return Math.min(next, Math.min(nextCheckpointMillis, nextRetentionMillis));
    }

    /** Once of each log. */
    private void tellOfGivenUp() {
        for (PartitionLog log : logs) {
            if (log.isGivenUp() && !log.isCopy() && givenUp.add(log)) {
                whenGivenUp.accept(log);
            }
        }
        givenUp.removeIf(log -> !logs.contains(log));
    }

    private void checkpoint(boolean due, long nowMillis) {
        try {
            if (due) {
                nextCheckpointMillis = nowMillis + options.checkpointMillis();
                for (PartitionLog log : logs) {
                    log.keep(nowMillis, MOST_UNSYNCED_BYTES);
                }
            }
            checkpoints.write(logs);
        } catch (IOException | LogStorageException refusal) {
            health.suspect();
            LOG.warn("Offset checkpoints cannot be written: {}", refusal.getMessage());
        }
    }

    /**
     * Syncs logs whose oldest unsynced record waits {@code flush.ms}; answers when to look again.
     */
    private long flushAged(long nowMillis) {
        long next = Long.MAX_VALUE;
        for (PartitionLog log : logs) {
            next = Math.min(next, log.flushIfAged(nowMillis));
        }
        return next;
    }

    private void applyRetention(long nowMillis) {
        for (PartitionLog log : logs) {
            if (log.isCopy()) {
                continue;
            }
            try {
                log.applyRetention(nowMillis);
            } catch (LogStorageException refusal) {
                LOG.warn("{}", refusal.getMessage());
            }
        }
    }
}
