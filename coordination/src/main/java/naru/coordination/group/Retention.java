package naru.coordination.group;

import naru.coordination.Draft;
import naru.coordination.group.GroupRecord.OffsetKey;
import naru.coordination.group.consumer.ConsumerGroup;
import naru.coordination.group.consumer.ConsumerRecord;
import naru.coordination.group.streams.StreamsGroup;
import naru.coordination.group.streams.StreamsRecord;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
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

    void expire(Iterable<Group> groups, Draft draft) {
        for (Group group : groups) {
            if (draft.recordCount() >= RECORDS_PER_SWEEP) {
                return;
            }
            expire(group, draft);
        }
    }

    private void expire(Group group, Draft draft) {
        boolean anyLeft = offsets.hasPending(group.id());
        for (OffsetKey key : offsets.keysOf(group.id())) {
            CommittedOffset offset = offsets.get(group.id(), key.topic(), key.partition());
            if (hasExpired(group, key, offset, draft.nowMillis())) {
                draft.append(GroupRecord.tombstone(key));
            } else {
                anyLeft = true;
            }
        }
        if (!anyLeft && isUnused(group)) {
            forget(group, draft);
        }
    }

    private static boolean isUnused(Group group) {
        return switch (group) {
            case Group.Classic(ClassicGroup classic) ->
                    classic.is(GroupState.EMPTY) && classic.pendingJoinCount() == 0;
            case Group.Consumer(ConsumerGroup consumer) -> consumer.isEmpty();
            case Group.Share share -> false;
            case Group.Streams(StreamsGroup application) -> application.isEmpty();
        };
    }

    private static void forget(Group group, Draft draft) {
        switch (group) {
            case Group.Classic classic -> draft.append(GroupRecord.tombstone(classic.id()));
            case Group.Consumer consumer ->
                    ConsumerRecord.groupGone(consumer.id()).forEach(draft::append);
            case Group.Share share -> {}
            case Group.Streams streams ->
                    StreamsRecord.groupGone(streams.id()).forEach(draft::append);
        }
    }

    private boolean hasExpired(
            Group group, OffsetKey key, @Nullable CommittedOffset offset, long nowMillis) {
        if (offset == null || offsets.isPending(group.id(), key.topic(), key.partition())) {
            return false;
        }
        return switch (group) {
            case Group.Classic(ClassicGroup classic) -> hasExpired(classic, key, offset, nowMillis);
            case Group.Consumer(ConsumerGroup consumer) ->
                    !consumer.isSubscribedTo(key.topic())
                            && hasExpired(offset, offset.commitTimestamp(), nowMillis);
            case Group.Share share -> true;
            case Group.Streams(StreamsGroup application) ->
                    !application.isSubscribedTo(key.topic())
                            && hasExpired(offset, offset.commitTimestamp(), nowMillis);
        };
    }

    private boolean hasExpired(
            ClassicGroup group, OffsetKey key, CommittedOffset offset, long nowMillis) {
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
        return hasExpired(offset, since, nowMillis);
    }

    private boolean hasExpired(CommittedOffset offset, long since, long nowMillis) {
        return offset.expireTimestamp().isPresent()
                ? nowMillis >= offset.expireTimestamp().getAsLong()
                : nowMillis - since >= retentionMillis;
    }

    void topicsDeleted(Set<String> topics, Draft draft) {
        offsets.keysOfTopics(topics).stream()
                .limit(RECORDS_PER_SWEEP)
                .forEach(key -> draft.append(GroupRecord.tombstone(key)));
    }

    void delete(Group group, Draft draft) {
        Set<OffsetKey> keys = new LinkedHashSet<>(offsets.keysOf(group.id()));
        keys.addAll(offsets.pendingOf(group.id()));
        keys.forEach(key -> draft.append(GroupRecord.tombstone(key)));
        forget(group, draft);
    }
}
