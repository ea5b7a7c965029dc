package naru.coordination.group.modern;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Partitions that a member has, each with the epoch in which it got it (KIP-1251). Immutable.
 *
 * @param epochs by topic id and partition; no topic without a partition
 */
public record HeldPartitions(Map<Uuid, Map<Integer, Integer>> epochs) {
    public static final HeldPartitions NONE = new HeldPartitions(Map.of());

    public HeldPartitions {
        Map<Uuid, Map<Integer, Integer>> sorted = new HashMap<>();
        epochs.forEach((topic, partitions) -> {
            if (!partitions.isEmpty()) {
                sorted.put(topic, Collections.unmodifiableMap(new TreeMap<>(partitions)));
            }
        });
        epochs = Map.copyOf(sorted);
    }

    public boolean isEmpty() {
        return epochs.isEmpty();
    }

    public @Nullable Integer epochOf(Uuid topic, int partition) {
        return epochs.getOrDefault(topic, Map.of()).get(partition);
    }

    public boolean contains(Uuid topic, int partition) {
        return epochOf(topic, partition) != null;
    }

    public TopicPartitions withoutEpochs() {
        Map<Uuid, java.util.Set<Integer>> plain = HashMap.newHashMap(epochs.size());
        epochs.forEach((topic, partitions) -> plain.put(topic, partitions.keySet()));
        return new TopicPartitions(plain);
    }

    public void forEach(TopicPartitions.Action action) {
        epochs.forEach((topic, partitions) ->
                partitions.keySet().forEach(index -> action.accept(topic, index)));
    }
}
