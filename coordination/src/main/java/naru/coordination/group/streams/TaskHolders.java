package naru.coordination.group.streams;

import org.apache.kafka.coordinator.group.streams.assignor.TaskId;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which members have a task in any role, whether or not they were asked to give it up. Owned by its
 * group.
 */
final class TaskHolders {
    private final Map<TaskId, Set<String>> members = new HashMap<>();

    Set<String> of(TaskId task) {
        return members.getOrDefault(task, Set.of());
    }

    void put(StreamsMember member) {
        forEachTask(
                member.holding(),
                task -> members.computeIfAbsent(task, id -> new HashSet<>()).add(member.id()));
    }

    void remove(StreamsMember member) {
        forEachTask(
                member.holding(),
                task ->
                        members.computeIfPresent(
                                task,
                                (id, holders) -> {
                                    holders.remove(member.id());
                                    return holders.isEmpty() ? null : holders;
                                }));
    }

    private static void forEachTask(Holding holding, Consumer<TaskId> action) {
        for (TaskRole role : TaskRole.values()) {
            holding.assigned().of(role).ids().forEach(action);
            holding.revoking().of(role).ids().forEach(action);
        }
    }
}
