package naru.coordination.group;

import naru.coordination.group.GroupRecord.OffsetKey;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * When offsets and groups are forgotten (KIP-211). A sweep stops when it has found much; the caller
 * sweeps again until there is nothing to record.
 */
final class Retention {
    private static final int RECORDS_PER_SWEEP = 5_000;

    private final long retentionMillis;
    private final GroupOffsets offsets;

    Retention(long retentionMillis, GroupOffsets offsets) {
        this.retentionMillis = retentionMillis;
        this.offsets = offsets;
    }

    void expire(Iterable<ClassicGroup> groups, Draft draft) {
        for (ClassicGroup group : groups) {
            if (draft.recordCount() >= RECORDS_PER_SWEEP) {
                return;
            }
            expire(group, draft);
        }
    }

    private void expire(ClassicGroup group, Draft draft) {
        boolean anyLeft = offsets.hasPending(group.id());
        for (OffsetKey key : offsets.keysOf(group.id())) {
            CommittedOffset offset = offsets.get(group.id(), key.topic(), key.partition());
            if (hasExpired(group, key, offset, draft.nowMillis())) {
                draft.append(GroupRecord.tombstone(key));
            } else {
                anyLeft = true;
            }
        }
        if (!anyLeft && group.is(GroupState.EMPTY) && group.pendingJoinCount() == 0) {
            draft.append(GroupRecord.tombstone(group.id()));
        }
    }

    private boolean hasExpired(
            ClassicGroup group, OffsetKey key, @Nullable CommittedOffset offset, long nowMillis) {
        if (offset == null || offsets.isPending(group.id(), key.topic(), key.partition())) {
            return false;
        }
        long since;
        if (group.protocolType() == null) {
            since = offset.commitTimestamp();
        } else if (group.is(GroupState.EMPTY)) {
            boolean known = group.stateSinceMillis() >= 0;
            since = known ? group.stateSinceMillis() : offset.commitTimestamp();
        } else if (group.is(GroupState.STABLE)
                && group.isConsumerGroup()
                && group.knowsSubscriptions()
                && !group.isSubscribedTo(key.topic())) {
            since = offset.commitTimestamp();
        } else {
            return false;
        }
        return offset.expireTimestamp().isPresent()
                ? nowMillis >= offset.expireTimestamp().getAsLong()
                : nowMillis - since >= retentionMillis;
    }

    void topicsDeleted(Set<String> topics, Draft draft) {
        offsets.keysOfTopics(topics).stream()
                .limit(RECORDS_PER_SWEEP)
                .forEach(key -> draft.append(GroupRecord.tombstone(key)));
    }

    void delete(ClassicGroup group, Draft draft) {
        offsets.keysOf(group.id()).forEach(key -> draft.append(GroupRecord.tombstone(key)));
        draft.append(GroupRecord.tombstone(group.id()));
    }
}
