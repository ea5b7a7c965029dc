package naru.coordination.group.consumer;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/** Which members of a group may commit and fetch offsets. */
public final class ConsumerOffsetRules {
    private static final short EPOCHS_SINCE = 9;

    private ConsumerOffsetRules() {}

    /** May this partition's offset be committed? */
    @FunctionalInterface
    public interface CommitCheck {
        Errors of(Uuid topic, int partition);
    }

    /**
     * A member that is behind the group may still commit for partitions that it has had since
     * (KIP-1251).
     *
     * @param version of OffsetCommit; 0 for a commit in a transaction
     */
    public static CommitCheck commit(
            ConsumerGroup group,
            String memberId,
            @Nullable String instanceId,
            int epoch,
            short version,
            boolean inTransaction) {
        if (epoch < 0 && group.isEmpty()) {
            return (topic, partition) -> Errors.NONE;
        }
        if (inTransaction && epoch < 0 && memberId.isEmpty() && instanceId == null) {
            return (topic, partition) -> Errors.NONE;
        }
        ConsumerMember member = group.roster().member(memberId);
        if (member == null) {
            return (topic, partition) -> Errors.UNKNOWN_MEMBER_ID;
        }
        if (!inTransaction && !member.isClassic() && version < EPOCHS_SINCE) {
            return (topic, partition) -> Errors.UNSUPPORTED_VERSION;
        }
        if (epoch == member.epoch()) {
            return (topic, partition) -> Errors.NONE;
        }
        Errors stale = stale(member);
        if (epoch > member.epoch()) {
            return (topic, partition) -> stale;
        }
        return (topic, partition) -> {
            Integer since = member.holding().assigned().epochOf(topic, partition);
            return since != null && epoch >= since ? Errors.NONE : stale;
        };
    }

    /**
     * @param memberId null, with an epoch below 0, for somebody who is no member
     */
    public static Errors fetch(ConsumerGroup group, @Nullable String memberId, int epoch) {
        if (memberId == null && epoch < 0) {
            return Errors.NONE;
        }
        ConsumerMember member = group.roster().member(Objects.requireNonNullElse(memberId, ""));
        if (member == null) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        return epoch == member.epoch() ? Errors.NONE : stale(member);
    }

    private static Errors stale(ConsumerMember member) {
        return member.isClassic() ? Errors.ILLEGAL_GENERATION : Errors.STALE_MEMBER_EPOCH;
    }
}
