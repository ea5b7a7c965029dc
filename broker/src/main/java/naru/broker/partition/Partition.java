package naru.broker.partition;

import naru.broker.config.RecordPolicy;
import naru.broker.config.TopicConfig;
import naru.log.AppendOutcome;
import naru.log.Origin;
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
 * <p>Threads: reads and appends by any; {@link #stand} under the monitor of {@link Partitions}. The
 * standing is one immutable value in one field.
 */
public final class Partition {
    private final TopicPartition topicPartition;
    private final Uuid topicId;
    private final Waiters waiters = new Waiters();
    private final AtomicBoolean syncing = new AtomicBoolean();
    private final Traffic traffic = new Traffic();
    private final Replication replication;

    /** Held while what a leader sent is applied, and while the standing changes. */
    private final Object following = new Object();

    private volatile Throttles throttles = Throttles.NONE;

    /** Held while another log takes the place of the one that is led. */
    private final Object moving = new Object();

    private volatile int minInSyncReplicas;
    private volatile @Nullable RecordPolicy recordPolicy;
    private volatile Standing standing;

    Partition(
            TopicPartition topicPartition,
            Uuid topicId,
            int minInSyncReplicas,
            @Nullable RecordPolicy recordPolicy,
            Replication replication,
            Standing standing) {
        this.topicPartition = topicPartition;
        this.topicId = topicId;
        this.minInSyncReplicas = minInSyncReplicas;
        this.recordPolicy = recordPolicy;
        this.replication = replication;
        this.standing = standing;
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    public Uuid topicId() {
        return topicId;
    }

    public int minInSyncReplicas() {
        return minInSyncReplicas;
    }

    /** What the topic's records have to be; null: anything. */
    public @Nullable RecordPolicy recordPolicy() {
        return recordPolicy;
    }

    public Traffic traffic() {
        return traffic;
    }

    public Standing standing() {
        return standing;
    }

    /**
     * Whether replicas out of sync are replicated within a bound (KIP-73): those that fetch here,
     * and this one.
     */
    public record Throttles(boolean asLeader, boolean asFollower) {
        static final Throttles NONE = new Throttles(false, false);
    }

    public Throttles throttles() {
        return throttles;
    }

    void throttle(Throttles now) {
        throttles = now;
    }

    /** Takes the topic's changed configuration. */
    void reconfigure(TopicConfig config) {
        minInSyncReplicas = config.minInSyncReplicas();
        recordPolicy = config.records();
        PartitionLog log = log();
        if (log != null) {
            log.reconfigure(config.log());
        }
        onInSyncChanged();
    }

    /** Takes a new standing; whoever waited on what is no longer true is told. */
    void stand(Standing next) {
        Standing before = standing;
        synchronized (following) {
            standing = next;
        }
        if (next instanceof Standing.Leading leading) {
            advanceHighWatermark(leading);
            syncWhatIsWaitedFor(leading.log());
            if (before instanceof Standing.Leading old
                    && old.leaderEpoch() == leading.leaderEpoch()) {
                return;
            }
        } else if (next instanceof Standing.Following same && same.isSameReign(before)) {
            return;
        }
        if (next instanceof Standing.Offline offline) {
            waiters.onLost(Errors.KAFKA_STORAGE_ERROR, offline.reason());
        } else {
            waiters.onLost(
                    Errors.NOT_LEADER_OR_FOLLOWER, "this broker no longer leads in that epoch");
        }
    }

    /** Puts another log in the place of the one that is led or follows. */
    interface Replacement {
        /**
         * @param log takes no more appends when this returns
         * @throws naru.log.LogStorageException when the log stays
         */
        PartitionLog of(PartitionLog log);
    }

    /**
     * Goes on leading or following with another log that has the same records; appends wait
     * meanwhile. Called by whoever may call {@link #stand}. False when there is no log here.
     */
    boolean moveTo(Replacement replacement) {
        switch (standing) {
            case Standing.Leading leading -> leadIn(leading, replacement);
            case Standing.Following follower -> followIn(follower, replacement);
            case Standing.Offline offline -> {
                return false;
            }
            case Standing.Gone gone -> {
                return false;
            }
        }
        return true;
    }

    private void followIn(Standing.Following follower, Replacement replacement) {
        PartitionLog before = follower.log();
        synchronized (following) {
            PartitionLog log = replacement.of(before);
            log.reconfigure(before.config());
            log.endEpochsBefore(follower.leaderEpoch());
            log.advanceLogStartOffset(before.logStartOffset());
            standing =
                    new Standing.Following(
                            log, follower.leader(), follower.leaderEpoch(), follower.inSync());
        }
    }

    private void leadIn(Standing.Leading leading, Replacement replacement) {
        Standing.Leading next;
        PartitionLog before = leading.log();
        synchronized (moving) {
            PartitionLog log = replacement.of(before);
            log.reconfigure(before.config());
            log.beginEpoch(leading.leaderEpoch());
            next =
                    new Standing.Leading(
                            log,
                            leading.leaderEpoch(),
                            leading.inSyncReplicas(),
                            leading.followers());
            standing = next;
            syncing.set(false);
        }
        next.log().advanceLogStartOffset(before.logStartOffset());
        advanceHighWatermark(next);
        syncWhatIsWaitedFor(next.log());
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

    /** The log when this broker serves one, as leader or as follower. */
    public @Nullable PartitionLog log() {
        return switch (standing) {
            case Standing.Leading leading -> leading.log();
            case Standing.Following follower -> follower.log();
            case Standing.Offline offline -> null;
            case Standing.Gone gone -> null;
        };
    }

    /** Appends as leader what opens no transaction. */
    public AppendOutcome append(ByteBuffer batches, Origin origin, boolean inSync) {
        return append(batches, origin, inSync, AppendTerms.UNVERIFIED);
    }

    /**
     * Appends as leader.
     *
     * @param inSync whether {@code min.insync.replicas} must be in sync (acks=all)
     */
    public AppendOutcome append(
            ByteBuffer batches, Origin origin, boolean inSync, AppendTerms terms) {
        return append(batches, origin, inSync, terms, PartitionLookup.NO_EPOCH);
    }

    /** Appends as a coordinator does: all replicas that must be in sync are, in this epoch only. */
    public AppendOutcome appendIn(int leaderEpoch, ByteBuffer batches, AppendTerms terms) {
        return append(batches, Origin.COORDINATOR, true, terms, leaderEpoch);
    }

    /**
     * @param onlyIn the only leader epoch in which may be appended, or {@link
     *     PartitionLookup#NO_EPOCH}
     */
    private AppendOutcome append(
            ByteBuffer batches, Origin origin, boolean inSync, AppendTerms terms, int onlyIn) {
        switch (standing) {
            case Standing.Leading leading -> {
                if (onlyIn != PartitionLookup.NO_EPOCH && onlyIn != leading.leaderEpoch()) {
                    return AppendOutcome.EPOCH_OVER;
                }
                if (inSync && leading.isUnderMinimum(minInSyncReplicas)) {
                    return new AppendOutcome.Refused(
                            Errors.NOT_ENOUGH_REPLICAS,
                            "%d replicas of %s are in sync and min.insync.replicas asks for %d"
                                    .formatted(
                                            leading.inSync().size(),
                                            topicPartition,
                                            minInSyncReplicas));
                }
                PartitionLog log = leading.log();
                AppendOutcome outcome =
                        log.appendAsLeader(batches, leading.leaderEpoch(), origin, terms);
                if (outcome instanceof AppendOutcome.Refused refused
                        && takesAppendsAgain(refused)) {
                    return append(batches, origin, inSync, terms, onlyIn);
                }
                if (outcome instanceof AppendOutcome.Appended) {
                    if (leading.followers() != null) {
                        waiters.onAppend();
                    }
                    if (log.config().ackFsync()) {
                        requestSync(log);
                    } else {
                        advanceHighWatermark(leading);
                    }
                }
                return outcome;
            }
            case Standing.Following follower -> {
                return AppendOutcome.EPOCH_OVER;
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
     * move is over; waits for that. Who leads no more in that epoch need not wait.
     */
    private boolean takesAppendsAgain(AppendOutcome.Refused refused) {
        if (refused != AppendOutcome.NOT_SERVED) {
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
        Followers followers = leading.followers();
        long own = log.config().ackFsync() ? log.durableOffset() : log.logEndOffset();
        long target =
                followers == null
                        ? own
                        : followers.highWatermark(
                                own,
                                log.highWatermark(),
                                log.logEndOffset(),
                                minInSyncReplicas,
                                replication.nowMillis());
        if (log.advanceHighWatermark(target) && !waiters.isEmpty()) {
            waiters.onAdvance(log.highWatermark());
        }
    }

    // ---- as a leader whom others follow

    /**
     * A follower has fetched in this reign from this offset, up to which it has what this log has.
     */
    public Followers.Seen onReplicaFetch(
            Standing.Leading leading, int broker, long brokerEpoch, long offset, long logStart) {
        Followers followers = leading.followers();
        if (followers == null) {
            return Followers.Seen.UNKNOWN_REPLICA;
        }
        PartitionLog log = leading.log();
        long now = replication.nowMillis();
        Followers.Seen seen =
                followers.onFetch(broker, brokerEpoch, offset, logStart, log.logEndOffset(), now);
        if (seen == Followers.Seen.TAKEN) {
            advanceHighWatermark(leading);
            if (waiters.awaitsDeletion()) {
                waiters.onDeleted(followers.lowWatermark(log.logStartOffset()));
            }
            if (followers.mayJoin(broker, log.highWatermark())) {
                changeInSync(leading, followers, false);
            }
        }
        return seen;
    }

    /** Looks whether somebody has lagged too long; called once in a while. */
    public void lookAfterInSync() {
        if (standing instanceof Standing.Leading leading) {
            Followers followers = leading.followers();
            if (followers != null) {
                changeInSync(leading, followers, true);
                advanceHighWatermark(leading);
            }
        }
    }

    private void changeInSync(Standing.Leading leading, Followers followers, boolean leaves) {
        PartitionLog log = leading.log();
        Followers.Change change =
                followers.change(
                        log.highWatermark(), log.logEndOffset(), replication.nowMillis(), leaves);
        if (change != null) {
            replication.ask(this, change);
        }
    }

    /** The in-sync replicas are others than before, or how many there must be. */
    public void onInSyncChanged() {
        if (standing instanceof Standing.Leading leading) {
            advanceHighWatermark(leading);
        }
    }

    // ---- as a follower

    /** What may be done with a follower's log while nobody else changes what it follows. */
    @FunctionalInterface
    public interface WithFollowerLog<T> {
        T apply(PartitionLog log);
    }

    /**
     * Works on the log while this broker follows in that epoch, and for so long keeps it from
     * following another; null when it does not.
     */
    public <T> @Nullable T asFollower(int leaderEpoch, WithFollowerLog<T> work) {
        synchronized (following) {
            if (!(standing instanceof Standing.Following follower)
                    || follower.leaderEpoch() != leaderEpoch) {
                return null;
            }
            PartitionLog log = follower.log();
            long before = log.highWatermark();
            T result = work.apply(log);
            if (log.highWatermark() > before && !waiters.isEmpty()) {
                waiters.onAdvance(log.highWatermark());
            }
            return result;
        }
    }

    // ---- reading

    /** Offset up to which this view may see. */
    public static long visibleEnd(PartitionLog log, View view) {
        return switch (view) {
            case REPLICATED -> log.highWatermark();
            case COMMITTED -> log.lastStableOffset();
            case LOG_END -> log.logEndOffset();
        };
    }

    /** Reads from a log that is served here. */
    public ReadOutcome read(
            PartitionLog log, long offset, View view, int maxBytes, boolean atLeastOneBatch) {
        return log.read(offset, visibleEnd(log, view), maxBytes, atLeastOneBatch);
    }

    /**
     * Registers a reader that has seen all up to {@code seenEnd}; false, and not to be waited for,
     * when there is more already or the partition is not led here.
     */
    public boolean awaitData(DataListener reader, View view, long seenEnd) {
        waiters.addReader(reader, view);
        return isAllSeen(ledLog(), view, seenEnd);
    }

    /** As {@link #awaitData}, where this broker may also follow. */
    public boolean awaitDataHere(DataListener reader, View view, long seenEnd) {
        waiters.addReader(reader, view);
        return isAllSeen(log(), view, seenEnd);
    }

    private static boolean isAllSeen(@Nullable PartitionLog log, View view, long seenEnd) {
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

    /**
     * As above, for what was appended in this epoch: once another one has begun, nobody knows here
     * whether it still stands in the log.
     */
    public void awaitCommit(long offset, int leaderEpoch, CommitListener listener) {
        awaitCommit(
                offset,
                new CommitListener() {
                    @Override
                    public void onCommitted() {
                        if (standing instanceof Standing.Leading leading
                                && leading.leaderEpoch() == leaderEpoch) {
                            listener.onCommitted();
                        } else {
                            onLost(AppendOutcome.EPOCH_OVER.error(), "the leader epoch has ended");
                        }
                    }

                    @Override
                    public void onLost(Errors error, String message) {
                        listener.onLost(error, message);
                    }
                });
    }

    /** Where the logs of all live replicas begin, or above; -1 when this broker does not lead. */
    public long lowWatermark() {
        return switch (standing) {
            case Standing.Leading(PartitionLog log, int epoch, var inSync, var followers) ->
                    followers == null
                            ? log.logStartOffset()
                            : followers.lowWatermark(log.logStartOffset());
            case Standing.Following following -> -1;
            case Standing.Offline offline -> -1;
            case Standing.Gone gone -> -1;
        };
    }

    /** Tells the listener when no live replica has anything below the offset; at once if so. */
    public void awaitDeletion(long offset, CommitListener listener) {
        waiters.addDeletion(offset, listener);
        if (ledLog() == null) {
            waiters.onLost(
                    Errors.NOT_LEADER_OR_FOLLOWER, "this broker does not lead " + topicPartition);
        } else {
            waiters.onDeleted(lowWatermark());
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
