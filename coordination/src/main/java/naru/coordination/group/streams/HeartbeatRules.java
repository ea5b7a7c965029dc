package naru.coordination.group.streams;

import naru.coordination.group.modern.Bounds;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;

import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** What a heartbeat may say, as Kafka has it. */
final class HeartbeatRules {
    static final int TAGS = 100;

    private HeartbeatRules() {}

    /** What is wrong with the request itself, or null. */
    static @Nullable Refusal check(StreamsGroupHeartbeatRequestData request) {
        String wrong = unsupported(request);
        if (wrong == null) {
            wrong = wrongId(request);
        }
        if (wrong == null && request.memberEpoch() == ModernMember.JOINING) {
            wrong = wrongJoin(request);
        } else if (wrong == null && request.topology() != null) {
            wrong = "Topology can only be provided when (re-)joining.";
        }
        if (wrong == null) {
            wrong = wrongRest(request);
        }
        if (wrong != null) {
            return new Refusal(Errors.INVALID_REQUEST, wrong);
        }
        return request.topology() == null ? null : TopologyRules.check(request.topology());
    }

    /** The protocol has words for these, and Kafka refuses them so far. */
    private static @Nullable String unsupported(StreamsGroupHeartbeatRequestData request) {
        if (request.instanceId() != null) {
            return "Static membership is not yet supported.";
        }
        if (request.taskOffsets() != null) {
            return "TaskOffsets are not supported yet.";
        }
        if (request.taskEndOffsets() != null) {
            return "TaskEndOffsets are not supported yet.";
        }
        return isThere(request.warmupTasks()) ? "WarmupTasks are not supported yet." : null;
    }

    private static @Nullable String wrongId(StreamsGroupHeartbeatRequestData request) {
        if (request.memberId().isEmpty()) {
            return "MemberId can't be empty.";
        }
        if (request.groupId().isEmpty()) {
            return "GroupId can't be empty.";
        }
        if (request.rackId() != null && request.rackId().isEmpty()) {
            return "RackId can't be empty.";
        }
        if (request.memberEpoch() < ModernMember.LEAVING) {
            return "MemberEpoch is "
                    + request.memberEpoch()
                    + ", but must be greater than or equal to -1.";
        }
        if (Bounds.isTooLong(request.groupId())
                || Bounds.isTooLong(request.memberId())
                || isTooLong(request.rackId())
                || isTooLong(request.processId())
                || (request.userEndpoint() != null && isTooLong(request.userEndpoint().host()))) {
            return "An id is longer than " + Bounds.ID_LENGTH + " characters.";
        }
        return null;
    }

    private static @Nullable String wrongJoin(StreamsGroupHeartbeatRequestData request) {
        if (request.rebalanceTimeoutMs() == -1) {
            return "RebalanceTimeoutMs must be provided in first request.";
        }
        if (isThere(request.activeTasks())) {
            return "ActiveTasks must be empty when (re-)joining.";
        }
        if (isThere(request.standbyTasks())) {
            return "StandbyTasks must be empty when (re-)joining.";
        }
        return request.topology() == null ? "Topology must be non-null when (re-)joining." : null;
    }

    private static @Nullable String wrongRest(StreamsGroupHeartbeatRequestData request) {
        boolean some =
                request.activeTasks() != null
                        || request.standbyTasks() != null
                        || request.warmupTasks() != null;
        if (some && Tasks.owned(request) == null) {
            return "If one task-type is non-null, all must be non-null.";
        }
        if (request.clientTags() != null && request.clientTags().size() > TAGS) {
            return "More than " + TAGS + " client tags.";
        }
        if (request.clientTags() != null
                && request.clientTags().stream().anyMatch(HeartbeatRules::isTooLong)) {
            return "A client tag is longer than " + Bounds.ID_LENGTH + " characters.";
        }
        return null;
    }

    private static boolean isTooLong(KeyValue tag) {
        return tag.key().length() + tag.value().length() > Bounds.ID_LENGTH;
    }

    private static boolean isThere(@Nullable Collection<?> tasks) {
        return tasks != null && !tasks.isEmpty();
    }

    private static boolean isTooLong(@Nullable String id) {
        return id != null && Bounds.isTooLong(id);
    }

    /**
     * Does the member know in which epoch it is? An answer may have been lost: then it still has
     * the epoch before, and no more than it was given in it.
     */
    static @Nullable Refusal checkEpoch(StreamsMember member, int received, @Nullable Tasks owned) {
        int epoch = member.epoch();
        if (received == ModernMember.JOINING || received == epoch) {
            return null;
        }
        boolean answerWasLost =
                received < epoch
                        && received == member.holding().previousEpoch()
                        && owned != null
                        && member.holding().assigned().ids().containsAll(owned);
        return answerWasLost
                ? null
                : new Refusal(
                        Errors.FENCED_MEMBER_EPOCH,
                        "The streams group member has a "
                                + (received > epoch ? "greater" : "smaller")
                                + " member epoch ("
                                + received
                                + ") than the one known by the group coordinator ("
                                + epoch
                                + "). The member must abandon all its tasks and rejoin.");
    }

    /** Are all the tasks that a member says it has tasks of the topology? */
    static @Nullable Refusal checkTasks(@Nullable Tasks owned, Layout layout) {
        if (owned == null || !layout.isReady()) {
            return null;
        }
        for (TaskRole role : TaskRole.values()) {
            for (Map.Entry<String, Set<Integer>> each : owned.of(role).partitions().entrySet()) {
                for (int partition : each.getValue()) {
                    if (!layout.hasTask(each.getKey(), partition)) {
                        return new Refusal(
                                Errors.INVALID_REQUEST,
                                "Task " + each.getKey() + "_" + partition + " does not exist.");
                    }
                }
            }
        }
        return null;
    }
}
