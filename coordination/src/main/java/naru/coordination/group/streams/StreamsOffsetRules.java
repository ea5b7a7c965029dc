package naru.coordination.group.streams;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyValue.Subtopology;
import org.apache.kafka.coordinator.group.streams.StreamsTopology;
import org.jspecify.annotations.Nullable;

import java.util.Objects;

/** Which members of a group may commit and fetch offsets. */
public final class StreamsOffsetRules {
    private static final short EPOCHS_SINCE = 9;

    private StreamsOffsetRules() {}

    /** May this partition's offset be committed? */
    @FunctionalInterface
    public interface CommitCheck {
        Errors of(String topic, int partition);
    }

    /**
     * A member that is behind the group may still commit for tasks that it has had since.
     *
     * @param version of OffsetCommit; any for a commit in a transaction
     */
    public static CommitCheck commit(
            StreamsGroup group,
            String memberId,
            @Nullable String instanceId,
            int epoch,
            short version,
            boolean inTransaction) {
        boolean nobody = epoch < 0 && memberId.isEmpty() && instanceId == null;
        if ((epoch < 0 && group.isEmpty()) || (inTransaction && nobody)) {
            return (topic, partition) -> Errors.NONE;
        }
        StreamsMember member = group.roster().member(memberId);
        if (member == null) {
            return (topic, partition) -> Errors.UNKNOWN_MEMBER_ID;
        }
        if (!inTransaction && version < EPOCHS_SINCE) {
            return (topic, partition) -> Errors.UNSUPPORTED_VERSION;
        }
        if (epoch == member.epoch()) {
            return (topic, partition) -> Errors.NONE;
        }
        StreamsTopology topology = group.topology();
        if (epoch > member.epoch() || topology == null) {
            return (topic, partition) -> Errors.STALE_MEMBER_EPOCH;
        }
        return (topic, partition) -> {
            Integer since = since(member, topology.sourceTopicMap().get(topic), partition);
            return since != null && epoch >= since ? Errors.NONE : Errors.STALE_MEMBER_EPOCH;
        };
    }

    private static @Nullable Integer since(
            StreamsMember member, @Nullable Subtopology subtopology, int partition) {
        if (subtopology == null) {
            return null;
        }
        String id = subtopology.subtopologyId();
        Integer assigned = member.holding().assigned().active().epochOf(id, partition);
        return assigned == null
                ? member.holding().revoking().active().epochOf(id, partition)
                : assigned;
    }

    /**
     * @param memberId null, with an epoch below 0, for somebody who is no member
     */
    public static Errors fetch(StreamsGroup group, @Nullable String memberId, int epoch) {
        if (memberId == null && epoch < 0) {
            return Errors.NONE;
        }
        StreamsMember member = group.roster().member(Objects.requireNonNullElse(memberId, ""));
        if (member == null) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        return epoch == member.epoch() ? Errors.NONE : Errors.STALE_MEMBER_EPOCH;
    }
}
