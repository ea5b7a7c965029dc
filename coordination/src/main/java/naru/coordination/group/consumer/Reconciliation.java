package naru.coordination.group.consumer;

import naru.coordination.group.modern.HeldPartitions;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * One step of a member towards its target: first it gives up, then it takes what is free.
 *
 * @param target what it shall have
 * @param targetEpoch the epoch in which all of that was decided
 * @param owned what the member says that it has; null when it does not say
 * @param free has nobody else this partition
 */
record Reconciliation(
        TopicPartitions target,
        int targetEpoch,
        @Nullable TopicPartitions owned,
        BiPredicate<Uuid, Integer> free) {

    /** What the member has after this step. The same object when nothing changes. */
    Holding next(Holding now) {
        return switch (now.standing()) {
            case STABLE -> now.epoch() < targetEpoch ? step(now, now.epoch()) : now;
            case UNREVOKED -> stillHas(now.revoking()) ? now : step(now, now.epoch() + 1);
            case UNRELEASED, UNKNOWN -> step(now, now.epoch());
        };
    }

    /** A member that does not say is taken to have it still. */
    private boolean stillHas(HeldPartitions revoking) {
        return owned == null || owned.containsAny(revoking.withoutEpochs());
    }

    /**
     * @param epochWhileRevoking until it has given up what it must, it does not get the new epoch
     */
    private Holding step(Holding now, int epochWhileRevoking) {
        Map<Uuid, Map<Integer, Integer>> kept = new HashMap<>();
        Map<Uuid, Map<Integer, Integer>> lost = new HashMap<>();
        now.assigned()
                .epochs()
                .forEach((topic, partitions) ->
                        partitions.forEach((index, epoch) ->
                                (target.contains(topic, index) ? kept : lost)
                                        .computeIfAbsent(topic, id -> new HashMap<>())
                                        .put(index, epoch)));
        HeldPartitions revoking = new HeldPartitions(lost);
        if (!revoking.isEmpty() && stillHas(revoking)) {
            int previous = epochWhileRevoking == now.epoch() ? now.previousEpoch() : now.epoch();
            return new Holding(
                    epochWhileRevoking,
                    previous,
                    Standing.UNREVOKED,
                    new HeldPartitions(kept),
                    revoking);
        }
        boolean allFree = take(kept);
        Holding next =
                new Holding(
                        targetEpoch,
                        targetEpoch == now.epoch() ? now.previousEpoch() : now.epoch(),
                        allFree ? Standing.STABLE : Standing.UNRELEASED,
                        new HeldPartitions(kept),
                        HeldPartitions.NONE);
        return next.equals(now) ? now : next;
    }

    /** Adds what the member shall have and nobody else has. Returns whether that is all. */
    private boolean take(Map<Uuid, Map<Integer, Integer>> kept) {
        boolean allFree = true;
        for (Map.Entry<Uuid, Set<Integer>> topic : target.partitions().entrySet()) {
            Set<Integer> wanted = new HashSet<>(topic.getValue());
            wanted.removeAll(kept.getOrDefault(topic.getKey(), Map.of()).keySet());
            for (int partition : wanted) {
                if (free.test(topic.getKey(), partition)) {
                    kept.computeIfAbsent(topic.getKey(), id -> new HashMap<>())
                            .put(partition, targetEpoch);
                } else {
                    allFree = false;
                }
            }
        }
        return allFree;
    }
}
