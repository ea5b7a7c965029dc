package naru.coordination.share;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
import naru.coordination.Decision.Reply;
import naru.coordination.Shard;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The share state of one partition of {@code __share_group_state}. Changes in {@link #apply} only,
 * so an append that fails leaves nothing behind.
 *
 * <p>Every share partition has a snapshot and updates after it; the log before the oldest snapshot
 * is not needed.
 *
 * <p>Threads: one at a time.
 */
public final class ShareShard implements Shard<ShareCommand> {
    private final Map<ShareKey, ShareState> states = new HashMap<>();
    private final Map<ShareKey, Long> snapshotOffsets = new HashMap<>();
    private final TreeMap<Long, ShareKey> bySnapshotOffset = new TreeMap<>();
    private final int updatesPerSnapshot;
    private long nextOffset;

    /**
     * @param updatesPerSnapshot {@code share.coordinator.snapshot.update.records.per.snapshot}
     */
    public ShareShard(int updatesPerSnapshot) {
        this.updatesPerSnapshot = updatesPerSnapshot;
    }

    // ---- deciding ----

    @Override
    public Decision decide(ShareCommand command, long nowMillis) {
        return switch (command) {
            case ShareCommand.Asked asked -> {
                Refusal refusal = check(asked);
                yield refusal == null
                        ? carryOut(asked, nowMillis)
                        : answer(asked, refusal.error(), refusal.message());
            }
            case ShareCommand.TopicsDeleted deleted -> forget(deleted);
            case ShareCommand.SnapshotCold cold -> snapshot(cold, nowMillis);
        };
    }

    private record Refusal(Errors error, String message) {}

    private @Nullable Refusal check(ShareCommand.Asked asked) {
        ShareKey key = asked.key();
        if (key.groupId().isEmpty() || key.groupId().length() > ShareLimits.ID_LENGTH) {
            return new Refusal(Errors.INVALID_GROUP_ID, "a group id has 1 to 8,000 characters");
        }
        if (key.topicId().equals(Uuid.ZERO_UUID) || key.partition() < 0) {
            return new Refusal(Errors.INVALID_REQUEST, "a topic id and a partition are required");
        }
        ShareState state = states.get(key);
        return switch (asked) {
            case ShareCommand.Initialize initialize ->
                    state == null ? null : fencedState(state, initialize.stateEpoch());
            case ShareCommand.Read read ->
                    state == null
                            ? uninitialized("Read", key)
                            : fencedLeader(state, read.leaderEpoch());
            case ShareCommand.ReadSummary summary ->
                    state == null ? null : fencedLeader(state, summary.leaderEpoch());
            case ShareCommand.Write write -> {
                if (state == null) {
                    yield uninitialized("Write", key);
                }
                Refusal fenced = fencedLeader(state, write.leaderEpoch());
                yield fenced != null ? fenced : mayWrite(state, write);
            }
            case ShareCommand.Delete delete -> null;
        };
    }

    private static Refusal uninitialized(String what, ShareKey key) {
        return new Refusal(
                Errors.INVALID_REQUEST,
                what + " operation on uninitialized share partition " + key + " not allowed.");
    }

    private static @Nullable Refusal fencedLeader(ShareState state, int leaderEpoch) {
        return leaderEpoch == ShareState.NO_EPOCH || leaderEpoch >= state.leaderEpoch()
                ? null
                : new Refusal(
                        Errors.FENCED_LEADER_EPOCH,
                        "leader epoch %d has ended; the present one is %d"
                                .formatted(leaderEpoch, state.leaderEpoch()));
    }

    private static @Nullable Refusal fencedState(ShareState state, int stateEpoch) {
        return stateEpoch >= state.stateEpoch()
                ? null
                : new Refusal(
                        Errors.FENCED_STATE_EPOCH,
                        "state epoch %d has ended; the present one is %d"
                                .formatted(stateEpoch, state.stateEpoch()));
    }

    private static @Nullable Refusal mayWrite(ShareState state, ShareCommand.Write write) {
        Refusal fenced = fencedState(state, write.stateEpoch());
        if (fenced != null) {
            return fenced;
        }
        return state.batches().size() + write.batches().size() > ShareLimits.BATCHES_PER_PARTITION
                ? new Refusal(
                        Errors.INVALID_REQUEST,
                        "more than %d state batches of one share partition"
                                .formatted(ShareLimits.BATCHES_PER_PARTITION))
                : null;
    }

    private Decision carryOut(ShareCommand.Asked asked, long nowMillis) {
        ShareState state = states.get(asked.key());
        return switch (asked) {
            case ShareCommand.Initialize initialize -> initialize(initialize, state, nowMillis);
            case ShareCommand.Read read -> read(read, state);
            case ShareCommand.ReadSummary summary ->
                    new Decision(List.of(), List.of(summary(summary, state)));
            case ShareCommand.Write write -> write(write, state, nowMillis);
            case ShareCommand.Delete delete ->
                    state == null
                            ? answer(delete, Errors.NONE, null)
                            : new Decision(
                                    List.of(ShareRecord.tombstone(delete.key())),
                                    List.of(done(delete)),
                                    List.of(new ShareStateReset(delete.key())),
                                    null);
        };
    }

    /**
     * A group that only asks for state to be there may ask twice, and the second time come after
     * members have read: what is there stays.
     */
    private static Decision initialize(
            ShareCommand.Initialize asked, @Nullable ShareState before, long nowMillis) {
        if (before != null && asked.startOffset() == ShareState.NO_OFFSET) {
            return new Decision(List.of(), List.of(done(asked)));
        }
        ShareState begun =
                new ShareState(
                        before == null ? 0 : before.snapshotEpoch() + 1,
                        asked.stateEpoch(),
                        before == null ? 0 : before.leaderEpoch(),
                        asked.startOffset(),
                        asked.startOffset() == ShareState.NO_OFFSET ? ShareState.NO_COUNT : 0,
                        List.of(),
                        nowMillis,
                        nowMillis,
                        0);
        return new Decision(
                List.of(ShareRecord.encode(new ShareRecord.Snapshot(asked.key(), begun))),
                List.of(done(asked)),
                List.of(new ShareStateReset(asked.key())),
                null);
    }

    private static Decision read(ShareCommand.Read asked, @Nullable ShareState state) {
        if (state == null) {
            throw new IllegalStateException("a read without state was not refused");
        }
        Reply reply = new Reply(asked.ticket(), ShareAnswers.state(asked.key(), state));
        if (asked.leaderEpoch() <= state.leaderEpoch()) {
            return new Decision(List.of(), List.of(reply));
        }
        ShareRecord.Update fence =
                new ShareRecord.Update(
                        asked.key(),
                        asked.leaderEpoch(),
                        state.startOffset(),
                        state.deliveryCompleteCount(),
                        List.of());
        return new Decision(
                List.of(ShareRecord.encode(fence, state.snapshotEpoch())), List.of(reply));
    }

    private static Reply summary(ShareCommand.ReadSummary asked, @Nullable ShareState state) {
        ReadShareGroupStateSummaryResponseData.PartitionResult result =
                new ReadShareGroupStateSummaryResponseData.PartitionResult()
                        .setPartition(asked.key().partition())
                        .setStartOffset(ShareState.NO_OFFSET)
                        .setLeaderEpoch(0)
                        .setDeliveryCompleteCount(ShareState.NO_COUNT);
        if (state != null) {
            result.setStateEpoch(state.stateEpoch())
                    .setLeaderEpoch(state.leaderEpoch())
                    .setStartOffset(state.startOffset())
                    .setDeliveryCompleteCount(state.deliveryCompleteCount());
        }
        return new Reply(asked.ticket(), ShareAnswers.summary(asked.key(), result));
    }

    /** Every so many updates a snapshot, and a snapshot when the state epoch is another. */
    private Decision write(ShareCommand.Write asked, @Nullable ShareState before, long nowMillis) {
        if (before == null) {
            throw new IllegalStateException("a write without state was not refused");
        }
        ShareRecord.Update update =
                new ShareRecord.Update(
                        asked.key(),
                        asked.leaderEpoch(),
                        asked.startOffset(),
                        asked.deliveryCompleteCount(),
                        asked.batches());
        boolean snapshot =
                before.updates() >= updatesPerSnapshot || asked.stateEpoch() > before.stateEpoch();
        CoordinatorRecord record =
                snapshot
                        ? ShareRecord.encode(
                                new ShareRecord.Snapshot(
                                        asked.key(),
                                        updated(before, update)
                                                .withStateEpoch(asked.stateEpoch())
                                                .snapshot(nowMillis)))
                        : ShareRecord.encode(update, before.snapshotEpoch());
        return new Decision(List.of(record), List.of(done(asked)));
    }

    private static ShareState updated(ShareState before, ShareRecord.Update update) {
        return before.updated(
                update.leaderEpoch(),
                update.startOffset(),
                update.deliveryCompleteCount(),
                update.batches());
    }

    private static Reply done(ShareCommand.Asked asked) {
        return new Reply(asked.ticket(), ShareAnswers.of(asked, Errors.NONE, null));
    }

    private static Decision answer(
            ShareCommand.Asked asked, Errors error, @Nullable String message) {
        ApiMessage response = ShareAnswers.of(asked, error, message);
        return new Decision(List.of(), List.of(new Reply(asked.ticket(), response)));
    }

    // ---- events ----

    private Decision forget(ShareCommand.TopicsDeleted deleted) {
        List<ShareKey> gone =
                states.keySet().stream()
                        .filter(key -> deleted.topicIds().contains(key.topicId()))
                        .limit(ShareLimits.RECORDS_PER_EVENT)
                        .toList();
        return new Decision(gone.stream().map(ShareRecord::tombstone).toList(), List.of());
    }

    private Decision snapshot(ShareCommand.SnapshotCold cold, long nowMillis) {
        List<CoordinatorRecord> snapshots =
                bySnapshotOffset.values().stream()
                        .filter(key ->
                                state(key).writtenMillis() <= nowMillis - cold.olderThanMillis())
                        .limit(ShareLimits.RECORDS_PER_EVENT)
                        .map(key ->
                                ShareRecord.encode(
                                        new ShareRecord.Snapshot(
                                                key, state(key).snapshot(nowMillis))))
                        .toList();
        return new Decision(snapshots, List.of());
    }

    private ShareState state(ShareKey key) {
        ShareState state = states.get(key);
        if (state == null) {
            throw new IllegalStateException(key + " has a snapshot and no state");
        }
        return state;
    }

    @Override
    public long nextDeadlineMillis() {
        return NEVER;
    }

    @Override
    public Decision onDeadline(long nowMillis) {
        return Decision.NOTHING;
    }

    // ---- the log ----

    @Override
    public void apply(CoordinatorRecord record) {
        apply(record, nextOffset);
    }

    @Override
    public void apply(CoordinatorRecord record, long offset) {
        nextOffset = offset + 1;
        switch (ShareRecord.decode(record)) {
            case ShareRecord.Snapshot snapshot -> {
                states.put(snapshot.key(), snapshot.state());
                moveSnapshot(snapshot.key(), offset);
            }
            case ShareRecord.Update update ->
                    states.computeIfPresent(update.key(), (key, before) -> updated(before, update));
            case ShareRecord.Gone gone -> {
                states.remove(gone.key());
                moveSnapshot(gone.key(), null);
            }
            case ShareRecord.Foreign foreign -> {}
        }
    }

    private void moveSnapshot(ShareKey key, @Nullable Long offset) {
        Long before =
                offset == null ? snapshotOffsets.remove(key) : snapshotOffsets.put(key, offset);
        if (before != null) {
            bySnapshotOffset.remove(before);
        }
        if (offset != null) {
            bySnapshotOffset.put(offset, key);
        }
    }

    @Override
    public long oldestNeededOffset() {
        return bySnapshotOffset.isEmpty() ? nextOffset : bySnapshotOffset.firstKey();
    }

    @Override
    public Decision onLoaded(long nowMillis) {
        return Decision.NOTHING;
    }

    @Override
    public List<Reply> onUnloaded(long nowMillis) {
        return List.of();
    }
}
