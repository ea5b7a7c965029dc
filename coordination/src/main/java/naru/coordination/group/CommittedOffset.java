package naru.coordination.group;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

import java.util.OptionalLong;

/**
 * An offset that a group committed for a partition.
 *
 * @param leaderEpoch -1 as in the protocol when the client did not say
 * @param expireTimestamp set only by clients of OffsetCommit 2 to 4, which choose the retention
 * @param topicId {@link Uuid#ZERO_UUID} when the client committed by name
 */
record CommittedOffset(
        long offset,
        int leaderEpoch,
        String metadata,
        long commitTimestamp,
        OptionalLong expireTimestamp,
        Uuid topicId) {

    private static final long NO_EXPIRY = -1;

    static CommittedOffset of(OffsetCommitValue value) {
        return new CommittedOffset(
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp() == NO_EXPIRY
                        ? OptionalLong.empty()
                        : OptionalLong.of(value.expireTimestamp()),
                value.topicId());
    }

    OffsetCommitValue toValue() {
        return new OffsetCommitValue()
                .setOffset(offset)
                .setLeaderEpoch(leaderEpoch)
                .setMetadata(metadata)
                .setCommitTimestamp(commitTimestamp)
                .setExpireTimestamp(expireTimestamp.orElse(NO_EXPIRY))
                .setTopicId(topicId);
    }

    /** The topic was deleted and created again since. */
    boolean isOfAnotherTopicThan(Uuid id) {
        return !topicId.equals(Uuid.ZERO_UUID) && !id.equals(Uuid.ZERO_UUID) && !topicId.equals(id);
    }
}
