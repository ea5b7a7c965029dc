package naru.coordination.group.modern;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/** Which member has a partition, whether or not it was asked to give it up. Owned by its group. */
public final class PartitionOwners {
    private final Map<Uuid, Map<Integer, String>> owners = new HashMap<>();

    public @Nullable String of(Uuid topic, int partition) {
        Map<Integer, String> byPartition = owners.get(topic);
        return byPartition == null ? null : byPartition.get(partition);
    }

    public void put(Uuid topic, int partition, String memberId) {
        owners.computeIfAbsent(topic, id -> new HashMap<>()).put(partition, memberId);
    }

    /** Another member may have it by now. */
    public void remove(Uuid topic, int partition, String memberId) {
        Map<Integer, String> byPartition = owners.get(topic);
        if (byPartition != null
                && byPartition.remove(partition, memberId)
                && byPartition.isEmpty()) {
            owners.remove(topic);
        }
    }
}
