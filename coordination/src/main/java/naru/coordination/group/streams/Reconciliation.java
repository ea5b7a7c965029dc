package naru.coordination.group.streams;

import org.apache.kafka.coordinator.group.streams.assignor.TaskId;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * One step of a member towards its target: first it gives up, then it takes what is free.
 *
 * @param target what it shall have
 * @param targetEpoch the epoch in which all of that was decided
 * @param owned what the member says that it has; null when it does not say
 * @param free may the member have this task in this role, as far as others are concerned
 */
record Reconciliation(
        Tasks target, int targetEpoch, @Nullable Tasks owned, BiPredicate<TaskRole, TaskId> free) {

    /** What the member has after this step. The same object when nothing changes. */
    Holding next(Holding now) {
        return switch (now.standing()) {
            case STABLE -> now.epoch() == targetEpoch ? now : step(now, now.epoch());
            case UNREVOKED -> stillHas(now.revoking()) ? now : step(now, now.epoch() + 1);
            case UNRELEASED, UNKNOWN -> step(now, now.epoch());
        };
    }

    /** A member that does not say is taken to have it still. */
    private boolean stillHas(HeldTasks revoking) {
        return owned == null || owned.containsAny(revoking.ids());
    }

    /**
     * @param epochWhileRevoking until it has given up what it must, it does not get the new epoch
     */
    private Holding step(Holding now, int epochWhileRevoking) {
        HeldTasks kept = part(now.assigned(), true);
        HeldTasks revoking = part(now.assigned(), false);
        if (!revoking.isEmpty() && stillHas(revoking)) {
            return new Holding(
                    epochWhileRevoking,
                    previous(now, epochWhileRevoking),
                    Standing.UNREVOKED,
                    kept,
                    revoking);
        }
        HeldTasks all = withFree(kept);
        boolean complete = all.ids().containsAll(target);
        Holding next =
                new Holding(
                        targetEpoch,
                        previous(now, targetEpoch),
                        complete ? Standing.STABLE : Standing.UNRELEASED,
                        all,
                        HeldTasks.NONE);
        return next.equals(now) ? now : next;
    }

    private static int previous(Holding now, int nextEpoch) {
        return nextEpoch == now.epoch() ? now.previousEpoch() : now.epoch();
    }

    private HeldTasks part(HeldTasks held, boolean wanted) {
        return new HeldTasks(
                part(held, TaskRole.ACTIVE, wanted),
                part(held, TaskRole.STANDBY, wanted),
                part(held, TaskRole.WARMUP, wanted));
    }

    private TaskEpochs part(HeldTasks held, TaskRole role, boolean wanted) {
        Map<String, Map<Integer, Integer>> part = new TreeMap<>();
        held.of(role)
                .epochs()
                .forEach((subtopology, partitions) ->
                        partitions.forEach((index, epoch) -> {
                            if (target.of(role).contains(subtopology, index) == wanted) {
                                part.computeIfAbsent(subtopology, id -> new TreeMap<>())
                                        .put(index, epoch);
                            }
                        }));
        return new TaskEpochs(part);
    }

    private HeldTasks withFree(HeldTasks kept) {
        return new HeldTasks(
                withFree(kept, TaskRole.ACTIVE),
                withFree(kept, TaskRole.STANDBY),
                withFree(kept, TaskRole.WARMUP));
    }

    private TaskEpochs withFree(HeldTasks kept, TaskRole role) {
        int epoch = role == TaskRole.ACTIVE ? targetEpoch : TaskEpochs.NO_EPOCH;
        Map<String, Map<Integer, Integer>> all = new TreeMap<>();
        kept.of(role)
                .epochs()
                .forEach((subtopology, partitions) ->
                        all.put(subtopology, new TreeMap<>(partitions)));
        for (Map.Entry<String, Set<Integer>> wanted : target.of(role).partitions().entrySet()) {
            String subtopology = wanted.getKey();
            Map<Integer, Integer> partitions =
                    all.computeIfAbsent(subtopology, id -> new TreeMap<>());
            for (int index : wanted.getValue()) {
                if (!partitions.containsKey(index)
                        && free.test(role, new TaskId(subtopology, index))) {
                    partitions.put(index, epoch);
                }
            }
        }
        return new TaskEpochs(all);
    }
}
