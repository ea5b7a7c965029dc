package naru.broker.balance;

import static java.util.Objects.requireNonNull;

import naru.broker.balance.ClusterLoad.NodeLoad;
import naru.broker.balance.ClusterLoad.PartitionLoad;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Clusters for tests, and what becomes of them when moves are made. */
final class Loads {
    private final List<NodeLoad> nodes = new ArrayList<>();
    private final List<PartitionLoad> partitions = new ArrayList<>();

    static Loads cluster() {
        return new Loads();
    }

    Loads node(int id) {
        return node(id, null);
    }

    Loads node(int id, @Nullable String rack) {
        nodes.add(new NodeLoad(id, rack, true, true));
        return this;
    }

    Loads cordoned(int id) {
        nodes.add(new NodeLoad(id, null, true, false));
        return this;
    }

    Loads dead(int id) {
        nodes.add(new NodeLoad(id, null, false, false));
        return this;
    }

    /** Led by the first of its replicas, all in sync. */
    Loads partition(long sizeBytes, Integer... replicas) {
        return partition(List.of(replicas), List.of(replicas), replicas[0], sizeBytes, 0);
    }

    Loads written(double bytesPerSecond, Integer... replicas) {
        return partition(List.of(replicas), List.of(replicas), replicas[0], 0, bytesPerSecond);
    }

    Loads partition(
            List<Integer> replicas, List<Integer> inSync, int leader, long bytes, double rate) {
        TopicPartition id = new TopicPartition("t", partitions.size());
        partitions.add(new PartitionLoad(id, replicas, inSync, leader, bytes, rate, false));
        return this;
    }

    ClusterLoad load() {
        return new ClusterLoad(nodes, partitions);
    }

    /** As it is when all moves have been made. */
    static ClusterLoad after(ClusterLoad before, List<Move> moves) {
        Map<TopicPartition, PartitionLoad> now = new HashMap<>();
        before.partitions().forEach(one -> now.put(one.id(), one));
        for (Move move : moves) {
            PartitionLoad one = requireNonNull(now.get(move.partition()));
            if (!one.replicas().equals(move.before())) {
                throw new AssertionError(move + " is not for " + one);
            }
            now.put(
                    one.id(),
                    new PartitionLoad(
                            one.id(),
                            move.after(),
                            move.after(),
                            move.after().getFirst(),
                            one.sizeBytes(),
                            one.bytesPerSecond(),
                            false));
        }
        return new ClusterLoad(
                before.nodes(),
                before.partitions().stream()
                        .map(one -> requireNonNull(now.get(one.id())))
                        .toList());
    }

    static int to(Move move) {
        return switch (move) {
            case Move.Leader leader -> leader.to();
            case Move.Replica replica -> replica.to();
            case Move.Drop drop -> throw new AssertionError("goes nowhere: " + drop);
        };
    }

    static long replicasOn(ClusterLoad load, int node) {
        return load.partitions().stream().filter(one -> one.replicas().contains(node)).count();
    }

    static long ledBy(ClusterLoad load, int node) {
        return load.partitions().stream().filter(one -> one.replicas().getFirst() == node).count();
    }
}
