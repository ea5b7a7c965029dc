package naru.coordination.group.streams;

import org.apache.kafka.coordinator.group.generated.StreamsGroupCurrentMemberAssignmentValue;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tasks that a member has, each with the epoch in which it got it (KIP-1251). Immutable.
 *
 * @param epochs by subtopology and partition, in order; no subtopology without a partition
 */
record TaskEpochs(Map<String, Map<Integer, Integer>> epochs) {
    static final TaskEpochs NONE = new TaskEpochs(Map.of());

    /** Of tasks whose epoch nobody asks for: those that are not active. */
    static final int NO_EPOCH = 0;

    TaskEpochs {
        Map<String, Map<Integer, Integer>> sorted = new TreeMap<>();
        epochs.forEach((subtopology, partitions) -> {
            if (!partitions.isEmpty()) {
                sorted.put(subtopology, Collections.unmodifiableMap(new TreeMap<>(partitions)));
            }
        });
        epochs = Collections.unmodifiableMap(sorted);
    }

    boolean isEmpty() {
        return epochs.isEmpty();
    }

    @Nullable Integer epochOf(String subtopology, int partition) {
        return epochs.getOrDefault(subtopology, Map.of()).get(partition);
    }

    boolean contains(String subtopology, int partition) {
        return epochOf(subtopology, partition) != null;
    }

    TaskIds ids() {
        Map<String, Set<Integer>> plain = new TreeMap<>();
        epochs.forEach((subtopology, partitions) -> plain.put(subtopology, partitions.keySet()));
        return new TaskIds(plain);
    }

    // ---- the record of what a member has ----

    /**
     * @param memberEpoch of tasks that were recorded without an epoch
     */
    static TaskEpochs of(
            List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> recorded, int memberEpoch) {
        Map<String, Map<Integer, Integer>> all = new TreeMap<>();
        for (var task : recorded) {
            Map<Integer, Integer> partitions =
                    all.computeIfAbsent(task.subtopologyId(), id -> new TreeMap<>());
            List<Integer> epochs = task.assignmentEpochs();
            for (int i = 0; i < task.partitions().size(); i++) {
                boolean known = epochs != null && i < epochs.size();
                partitions.put(task.partitions().get(i), known ? epochs.get(i) : memberEpoch);
            }
        }
        return new TaskEpochs(all);
    }

    List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> toValue(boolean withEpochs) {
        List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> entries = new ArrayList<>();
        epochs.forEach((subtopology, partitions) ->
                entries.add(
                        new StreamsGroupCurrentMemberAssignmentValue.TaskIds()
                                .setSubtopologyId(subtopology)
                                .setPartitions(List.copyOf(partitions.keySet()))
                                .setAssignmentEpochs(
                                        withEpochs ? List.copyOf(partitions.values()) : null)));
        return entries;
    }
}
