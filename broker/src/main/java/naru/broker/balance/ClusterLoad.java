package naru.broker.balance;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** Nodes and what they bear, at one moment. */
public record ClusterLoad(List<NodeLoad> nodes, List<PartitionLoad> partitions) {
    public ClusterLoad {
        nodes = List.copyOf(nodes);
        partitions = List.copyOf(partitions);
    }

    /**
     * @param rack null where the node names none
     * @param alive registered, not fenced, and not about to stop
     * @param takesReplicas alive, and with a data folder that is not cordoned
     */
    public record NodeLoad(int id, @Nullable String rack, boolean alive, boolean takesReplicas) {}

    /**
     * @param replicas in their order, the preferred leader first
     * @param leader id of the leading node, or -1
     * @param moving whether somebody is moving its replicas
     */
    public record PartitionLoad(
            TopicPartition id,
            List<Integer> replicas,
            List<Integer> inSync,
            int leader,
            long sizeBytes,
            double bytesPerSecond,
            boolean moving) {
        public PartitionLoad {
            replicas = List.copyOf(replicas);
            inSync = List.copyOf(inSync);
        }

        boolean isWhole() {
            return leader >= 0 && !moving && inSync.containsAll(replicas);
        }
    }

    /** The same with other write rates; partitions that are not named have none. */
    public ClusterLoad withRates(Map<TopicPartition, Double> bytesPerSecond) {
        return new ClusterLoad(
                nodes,
                partitions.stream()
                        .map(one ->
                                new PartitionLoad(
                                        one.id(),
                                        one.replicas(),
                                        one.inSync(),
                                        one.leader(),
                                        one.sizeBytes(),
                                        bytesPerSecond.getOrDefault(one.id(), 0.0),
                                        one.moving()))
                        .toList());
    }

    /**
     * Why nothing is to be moved for balance's sake, or null: that waits until all nodes are there
     * and all replicas in sync.
     */
    public @Nullable String unrest() {
        for (NodeLoad node : nodes) {
            if (!node.alive()) {
                return "node " + node.id() + " is not there";
            }
        }
        for (PartitionLoad partition : partitions) {
            if (partition.moving()) {
                return "the replicas of " + partition.id() + " are being moved";
            }
            if (!partition.isWhole()) {
                return partition.id() + " has replicas that are not in sync";
            }
        }
        return null;
    }
}
