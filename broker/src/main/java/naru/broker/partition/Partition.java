package naru.broker.partition;

import naru.broker.config.TopicConfig;
import naru.log.AppendOutcome;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A partition of which this broker holds a replica.
 *
 * <p>Threads: reads and appends by any; {@link #stand} by the metadata thread alone. The standing
 * is one immutable value in one field.
 */
public final class Partition {
    private final TopicPartition topicPartition;
    private final Uuid topicId;
    private final Waiters waiters = new Waiters();
    private final AtomicBoolean syncing = new AtomicBoolean();
    private final Traffic traffic = new Traffic();

    /** Held while another log takes the place of the one that is led. */
    private final Object moving = new Object();

    private volatile int minInSyncReplicas;
    private volatile Standing standing;

    Partition(
            TopicPartition topicPartition, Uuid topicId, int minInSyncReplicas, Standing standing) {
        this.topicPartition = topicPartition;
        this.topicId = topicId;
        this.minInSyncReplicas = minInSyncReplicas;
        this.standing = standing;
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    public Uuid topicId() {
        return topicId;
    }

    public Traffic traffic() {
        return traffic;
    }

    public Standing standing() {
        return standing;
    }

    /** Takes the topic's changed configuration. */
    void reconfigure(TopicConfig config) {
        minInSyncReplicas = config.minInSyncReplicas();
        PartitionLog log = ledLog();
        if (log != null) {
            log.reconfigure(config.log());
        }
    }

    /** Takes a new standing; whoever waited on what is no longer true is told. */
    void stand(Standing next) {
        Standing before = standing;
        standing = next;
        if (next instanceof Standing.Leading leading) {
            advanceHighWatermark(leading);
            syncWhatIsWaitedFor(leading.log());
            if (before instanceof Standing.Leading old
                    && old.leaderEpoch() == leading.leaderEpoch()) {
                return;
            }
        }
        if (next instanceof Standing.Offline offline) {
            waiters.onLost(Errors.KAFKA_STORAGE_ERROR, offline.reason());
        } else {
            waiters.onLost(
                    Errors.NOT_LEADER_OR_FOLLOWER, "this broker no longer leads in that epoch");
        }
    }

    /** Puts another log in the place of the one that is led. */
    interface Replacement {
        /**
         * @param log takes no more appends when this returns
         * @throws naru.log.LogStorageException when the log stays
         */
        PartitionLog of(PartitionLog log);
    }

    /**
     * Goes on leading with another log that has the same records; appends wait meanwhile. Called by
     * whoever may call {@link #stand}. False when nothing is led here.
     */
    boolean moveTo(Replacement replacement) {
        Standing.Leading next;
        PartitionLog before;
        synchronized (moving) {
            if (!(standing instanceof Standing.Leading leading)) {
                return false;
            }
            before = leading.log();
            PartitionLog log = replacement.of(before);
            log.beginEpoch(leading.leaderEpoch());
            next = new Standing.Leading(log, leading.leaderEpoch(), leading.inSyncReplicas());
            standing = next;
            syncing.set(false);
        }
        next.log().advanceLogStartOffset(before.logStartOffset());
        advanceHighWatermark(next);
        syncWhatIsWaitedFor(next.log());
        return true;
    }

    /** The log when this broker leads, else null. */
    public @Nullable PartitionLog ledLog() {
        return standing instanceof Standing.Leading leading ? leading.log() : null;
    }

    /**
     * The log that is led here now, which a move may have replaced; the one that was when nothing
     * is led any more. Whoever serves a partition for longer than a request asks anew each time.
     */
    public PartitionLog ledLogOr(PartitionLog last) {
        PartitionLog led = ledLog();
        return led == null ? last : led;
    }

    /** Appends as leader what opens no transaction. */
    public AppendOutcome append(ByteBuffer batches, PartitionLog.Origin origin, boolean inSync) {
        return append(batches, origin, inSync, AppendTerms.UNVERIFIED);
    }

    /**
     * Appends as leader.
     *
     * @param inSync whether {@code min.insync.replicas} must be in sync (acks=all)
     */
    public AppendOutcome append(
            ByteBuffer batches, PartitionLog.Origin origin, boolean inSync, AppendTerms terms) {
        switch (standing) {
            case Standing.Leading leading -> {
                int alive = leading.inSyncReplicas().size();
                if (inSync && alive < minInSyncReplicas) {
                    return new AppendOutcome.Refused(
                            Errors.NOT_ENOUGH_REPLICAS,
                            "%d replicas of %s are in sync and min.insync.replicas asks for %d"
                                    .formatted(alive, topicPartition, minInSyncReplicas));
                }
                PartitionLog log = leading.log();
                AppendOutcome outcome =
                        log.appendAsLeader(batches, leading.leaderEpoch(), origin, terms);
                if (outcome instanceof AppendOutcome.Refused refused
                        && takesAppendsAgain(refused)) {
                    return append(batches, origin, inSync, terms);
                }
                if (outcome instanceof AppendOutcome.Appended) {
                    if (log.config().ackFsync()) {
                        requestSync(log);
                    } else {
                        advanceHighWatermark(leading);
                    }
                }
                return outcome;
            }
            case Standing.Offline offline -> {
                return new AppendOutcome.Refused(Errors.KAFKA_STORAGE_ERROR, offline.reason());
            }
            case Standing.Gone gone -> {
                return new AppendOutcome.Refused(
                        Errors.NOT_LEADER_OR_FOLLOWER,
                        "this broker does not lead " + topicPartition);
            }
        }
    }

    /**
     * Whether the log takes appends that took none, as it, or another in its place, does when a
     * move is over; waits for that.
     */
    private boolean takesAppendsAgain(AppendOutcome.Refused refused) {
        if (refused.error() != Errors.NOT_LEADER_OR_FOLLOWER) {
            return false;
        }
        synchronized (moving) {
            return standing instanceof Standing.Leading now && !now.log().isClosed();
        }
    }

    /**
     * What a log was opened with may be acknowledged already, and nobody may append to it again.
     */
    private void syncWhatIsWaitedFor(PartitionLog log) {
        if (log.config().ackFsync() && log.durableOffset() < log.logEndOffset()) {
            requestSync(log);
        }
    }

    /** One sync is under way at most; what is appended meanwhile goes into the next. */
    private void requestSync(PartitionLog log) {
        if (syncing.compareAndSet(false, true)) {
            log.sync(() -> onDurable(log));
        }
    }

    private void onDurable(PartitionLog log) {
        if (!(standing instanceof Standing.Leading leading)) {
            syncing.set(false);
        } else if (leading.log() == log) {
            long covered = log.durableOffset();
            syncing.set(false);
            advanceHighWatermark(leading);
            if (covered < log.logEndOffset() && log.writeFault() == null) {
                requestSync(log);
            }
        }
    }

    /**
     * The high watermark is what every in-sync replica has; the leader has what it would not lose.
     */
    private void advanceHighWatermark(Standing.Leading leading) {
        PartitionLog log = leading.log();
        long own = log.config().ackFsync() ? log.durableOffset() : log.logEndOffset();
        if (log.advanceHighWatermark(own) && !waiters.isEmpty()) {
            waiters.onAdvance(log.highWatermark());
        }
    }

    /** Offset up to which this view may see; the log must be led here. */
    public static long visibleEnd(PartitionLog log, View view) {
        return switch (view) {
            case REPLICATED -> log.highWatermark();
            case COMMITTED -> log.lastStableOffset();
            case LOG_END -> log.logEndOffset();
        };
    }

    /** Reads from a log that is led here. */
    public ReadOutcome read(
            PartitionLog log, long offset, View view, int maxBytes, boolean atLeastOneBatch) {
        return log.read(offset, visibleEnd(log, view), maxBytes, atLeastOneBatch);
    }

    /**
     * Registers a reader that has seen all up to {@code seenEnd}; false, and not to be waited for,
     * when there is more already or the partition is not led here.
     */
    public boolean awaitData(DataListener reader, View view, long seenEnd) {
        waiters.addReader(reader);
        PartitionLog log = ledLog();
        return log != null && visibleEnd(log, view) <= seenEnd;
    }

    /** Tells the listener when the high watermark has reached the offset; at once if it has. */
    public void awaitCommit(long offset, CommitListener listener) {
        PartitionLog log = ledLog();
        if (log != null && log.highWatermark() >= offset) {
            listener.onCommitted();
            return;
        }
        waiters.addCommit(offset, listener);
        log = ledLog();
        if (log == null) {
            waiters.onLost(
                    Errors.NOT_LEADER_OR_FOLLOWER, "this broker does not lead " + topicPartition);
        } else if (log.highWatermark() >= offset) {
            waiters.onAdvance(log.highWatermark());
        }
    }

    /** Whether all acknowledged records are also committed at once, so that nobody has to wait. */
    public boolean commitsAtOnce(long lastOffset) {
        PartitionLog log = ledLog();
        return log != null && log.highWatermark() > lastOffset;
    }

    /** Whether even acks=1 waits until the record is on the disk ({@code naru.ack=fsync}). */
    public boolean acknowledgesDurable() {
        PartitionLog log = ledLog();
        return log != null && log.config().ackFsync();
    }
}
