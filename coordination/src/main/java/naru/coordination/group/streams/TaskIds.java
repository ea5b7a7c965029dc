package naru.coordination.group.streams;

import org.apache.kafka.coordinator.group.streams.assignor.TaskId;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/** Tasks by subtopology and partition, in order; no subtopology without a partition. Immutable. */
record TaskIds(Map<String, Set<Integer>> partitions) {
    static final TaskIds NONE = new TaskIds(Map.of());

    TaskIds {
        Map<String, Set<Integer>> sorted = new TreeMap<>();
        partitions.forEach((subtopology, indexes) -> {
            if (!indexes.isEmpty()) {
                sorted.put(subtopology, Collections.unmodifiableSet(new TreeSet<>(indexes)));
            }
        });
        partitions = Collections.unmodifiableMap(sorted);
    }

    /** From entries of a message; a subtopology may come more than once. */
    static <T> TaskIds of(
            Collection<T> entries,
            Function<T, String> subtopology,
            Function<T, ? extends Collection<Integer>> indexes) {
        Map<String, Set<Integer>> all = new TreeMap<>();
        for (T entry : entries) {
            all.computeIfAbsent(subtopology.apply(entry), id -> new TreeSet<>())
                    .addAll(indexes.apply(entry));
        }
        return new TaskIds(all);
    }

    boolean isEmpty() {
        return partitions.isEmpty();
    }

    boolean contains(String subtopology, int partition) {
        return partitions.getOrDefault(subtopology, Set.of()).contains(partition);
    }

    boolean containsAll(TaskIds others) {
        return others.partitions.entrySet().stream()
                .allMatch(each ->
                        partitions
                                .getOrDefault(each.getKey(), Set.of())
                                .containsAll(each.getValue()));
    }

    boolean containsAny(TaskIds others) {
        return others.partitions.entrySet().stream()
                .anyMatch(each ->
                        !Collections.disjoint(
                                partitions.getOrDefault(each.getKey(), Set.of()), each.getValue()));
    }

    void forEach(Consumer<TaskId> action) {
        partitions.forEach((subtopology, indexes) ->
                indexes.forEach(index -> action.accept(new TaskId(subtopology, index))));
    }
}
