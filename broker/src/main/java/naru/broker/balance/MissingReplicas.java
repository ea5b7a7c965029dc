package naru.broker.balance;

import naru.broker.balance.ClusterLoad.NodeLoad;
import naru.broker.balance.ClusterLoad.PartitionLoad;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Topics that were made when there were fewer nodes than they want replicas. Groups, transactions
 * and queues of a cluster that began as one node would otherwise end with that node.
 */
final class MissingReplicas {
    private static final int MOST_AT_ONCE = 100;

    private MissingReplicas() {}

    /**
     * @param wanted how many replicas the partitions of a topic shall have, when there are so many
     *     nodes
     * @return new replicas of those that lack some: what they have, and more behind it
     */
    static Map<TopicPartition, List<Integer>> of(ClusterLoad load, Map<String, Integer> wanted) {
        List<NodeLoad> nodes = load.nodes().stream().filter(NodeLoad::takesReplicas).toList();
        Map<Integer, Integer> held = new HashMap<>();
        load.partitions()
                .forEach(one -> one.replicas().forEach(node -> held.merge(node, 1, Integer::sum)));
        Map<TopicPartition, List<Integer>> changes = new LinkedHashMap<>();
        load.partitions().stream()
                .filter(one ->
                        one.replicas().size()
                                < Math.min(wanted.getOrDefault(one.id().topic(), 0), nodes.size()))
                .sorted(
                        Comparator.comparing((PartitionLoad one) -> one.id().topic())
                                .thenComparingInt(one -> one.id().partition()))
                .limit(MOST_AT_ONCE)
                .forEach(one -> {
                    List<Integer> replicas = new ArrayList<>(one.replicas());
                    int count = Math.min(wanted.getOrDefault(one.id().topic(), 0), nodes.size());
                    while (replicas.size() < count && add(replicas, nodes, held)) {
                        held.merge(replicas.getLast(), 1, Integer::sum);
                    }
                    changes.put(one.id(), List.copyOf(replicas));
                });
        return changes;
    }

    /** The node that holds least, of a rack that has no replica if there is one. */
    private static boolean add(
            List<Integer> replicas, List<NodeLoad> nodes, Map<Integer, Integer> held) {
        Set<@Nullable String> racks = new HashSet<>();
        nodes.stream()
                .filter(node -> replicas.contains(node.id()))
                .forEach(node -> racks.add(node.rack()));
        return nodes.stream()
                .filter(node -> !replicas.contains(node.id()))
                .min(
                        Comparator.comparing((NodeLoad node) ->
                                        racks.stream()
                                                .anyMatch(rack ->
                                                        rack != null
                                                                && Objects.equals(
                                                                        rack, node.rack())))
                                .thenComparingInt(node -> held.getOrDefault(node.id(), 0))
                                .thenComparingInt(NodeLoad::id))
                .map(node -> replicas.add(node.id()))
                .orElse(false);
    }
}
