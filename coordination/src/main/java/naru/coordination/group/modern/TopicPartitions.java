package naru.coordination.group.modern;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.api.assignor.MemberAssignment;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Partitions by topic id; no topic without a partition. Immutable.
 *
 * @param partitions in ascending order in each topic
 */
public record TopicPartitions(Map<Uuid, Set<Integer>> partitions) implements MemberAssignment {
    public static final TopicPartitions NONE = new TopicPartitions(Map.of());

    public TopicPartitions {
        Map<Uuid, Set<Integer>> sorted = new HashMap<>();
        partitions.forEach((topic, indexes) -> {
            if (!indexes.isEmpty()) {
                sorted.put(topic, Collections.unmodifiableSet(new TreeSet<>(indexes)));
            }
        });
        // The assignors insist on this very class of map, so that nobody changes it under them.
        partitions = Collections.unmodifiableMap(sorted);
    }

    public boolean isEmpty() {
        return partitions.isEmpty();
    }

    public int count() {
        return partitions.values().stream().mapToInt(Set::size).sum();
    }

    public Set<Integer> of(Uuid topic) {
        return partitions.getOrDefault(topic, Set.of());
    }

    public boolean contains(Uuid topic, int partition) {
        return of(topic).contains(partition);
    }

    public boolean containsAll(TopicPartitions others) {
        return others.partitions.entrySet().stream()
                .allMatch(each -> of(each.getKey()).containsAll(each.getValue()));
    }

    public boolean containsAny(TopicPartitions others) {
        return others.partitions.entrySet().stream()
                .anyMatch(each -> !Collections.disjoint(of(each.getKey()), each.getValue()));
    }

    /** Runs for each partition, in no order of topics. */
    public void forEach(Action action) {
        partitions.forEach(
                (topic, indexes) -> indexes.forEach(index -> action.accept(topic, index)));
    }

    /** What is done with one partition. */
    @FunctionalInterface
    public interface Action {
        void accept(Uuid topic, int partition);
    }
}
