package naru.coordination.group.streams;

import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMemberValue;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Tasks by role. Immutable. */
record Tasks(TaskIds active, TaskIds standby, TaskIds warmup) {
    static final Tasks NONE = new Tasks(TaskIds.NONE, TaskIds.NONE, TaskIds.NONE);

    TaskIds of(TaskRole role) {
        return switch (role) {
            case ACTIVE -> active;
            case STANDBY -> standby;
            case WARMUP -> warmup;
        };
    }

    boolean isEmpty() {
        return active.isEmpty() && standby.isEmpty() && warmup.isEmpty();
    }

    boolean containsAll(Tasks others) {
        return active.containsAll(others.active)
                && standby.containsAll(others.standby)
                && warmup.containsAll(others.warmup);
    }

    boolean containsAny(Tasks others) {
        return active.containsAny(others.active)
                || standby.containsAny(others.standby)
                || warmup.containsAny(others.warmup);
    }

    /** What a member says that it has, or null when it does not say. */
    static @Nullable Tasks owned(StreamsGroupHeartbeatRequestData request) {
        if (request.activeTasks() == null
                || request.standbyTasks() == null
                || request.warmupTasks() == null) {
            return null;
        }
        return new Tasks(
                of(request.activeTasks()), of(request.standbyTasks()), of(request.warmupTasks()));
    }

    private static TaskIds of(List<StreamsGroupHeartbeatRequestData.TaskIds> tasks) {
        return TaskIds.of(
                tasks,
                StreamsGroupHeartbeatRequestData.TaskIds::subtopologyId,
                StreamsGroupHeartbeatRequestData.TaskIds::partitions);
    }

    // ---- the record of a target ----

    static Tasks of(StreamsGroupTargetAssignmentMemberValue value) {
        return new Tasks(
                recorded(value.activeTasks()),
                recorded(value.standbyTasks()),
                recorded(value.warmupTasks()));
    }

    private static TaskIds recorded(List<StreamsGroupTargetAssignmentMemberValue.TaskIds> tasks) {
        return TaskIds.of(
                tasks,
                StreamsGroupTargetAssignmentMemberValue.TaskIds::subtopologyId,
                StreamsGroupTargetAssignmentMemberValue.TaskIds::partitions);
    }

    StreamsGroupTargetAssignmentMemberValue toValue() {
        return new StreamsGroupTargetAssignmentMemberValue()
                .setActiveTasks(toValue(active))
                .setStandbyTasks(toValue(standby))
                .setWarmupTasks(toValue(warmup));
    }

    private static List<StreamsGroupTargetAssignmentMemberValue.TaskIds> toValue(TaskIds tasks) {
        List<StreamsGroupTargetAssignmentMemberValue.TaskIds> entries = new ArrayList<>();
        tasks.partitions()
                .forEach((subtopology, indexes) ->
                        entries.add(
                                new StreamsGroupTargetAssignmentMemberValue.TaskIds()
                                        .setSubtopologyId(subtopology)
                                        .setPartitions(List.copyOf(indexes))));
        return entries;
    }
}
