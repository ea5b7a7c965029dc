package naru.broker.balance;

import naru.broker.balance.ClusterLoad.NodeLoad;
import naru.broker.balance.ClusterLoad.PartitionLoad;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each node would bear, as moves are added to a plan. Owned by the planner's call. Only nodes
 * that take replicas count; what lies on others is in no mean.
 *
 * <p>The unevenness of a cluster is the sum, over measures and nodes, of the squared distance from
 * the mean, relative to it. Every move of a plan makes it less, so that plans end and no sequence
 * of plans comes back to where it was.
 */
final class Spread {
    /** A move must gain this part of what it displaces, so that none is soon undone. */
    private static final double LEAST_GAIN = 2.0 / 3;

    private final Terms terms;
    private final Map<Integer, double[]> bearing = new HashMap<>();
    private final Map<Integer, NodeLoad> nodes = new HashMap<>();
    private final Map<Integer, NodeLoad> all = new HashMap<>();
    private final double[] mean = Measure.none();
    private final double[] scale = Measure.none();

    /**
     * @param leaving nodes that are to bear nothing
     */
    Spread(ClusterLoad cluster, Set<Integer> leaving, Terms terms) {
        this.terms = terms;
        for (NodeLoad node : cluster.nodes()) {
            all.put(node.id(), node);
            if (node.takesReplicas() && !leaving.contains(node.id())) {
                nodes.put(node.id(), node);
                bearing.put(node.id(), Measure.none());
            }
        }
        for (PartitionLoad partition : cluster.partitions()) {
            for (int node : partition.replicas()) {
                add(node, held(partition), 1);
            }
            add(partition.replicas().getFirst(), led(partition), 1);
        }
        for (Measure measure : Measure.ALL) {
            double sum = 0;
            for (double[] one : bearing.values()) {
                sum += measure.of(one);
            }
            double even = bearing.isEmpty() ? 0 : sum / bearing.size();
            measure.set(mean, even);
            measure.set(scale, Math.max(even, measure.floor(terms)));
        }
    }

    private static double[] held(PartitionLoad partition) {
        double[] load = Measure.none();
        Measure.REPLICAS.set(load, 1);
        Measure.BYTES.set(load, partition.sizeBytes());
        Measure.WRITES.set(load, partition.bytesPerSecond());
        return load;
    }

    private static double[] led(PartitionLoad partition) {
        double[] load = Measure.none();
        Measure.LEADERS.set(load, 1);
        Measure.LED_WRITES.set(load, partition.bytesPerSecond());
        return load;
    }

    private void add(int node, double[] load, int sign) {
        double[] borne = bearing.get(node);
        if (borne != null) {
            for (int i = 0; i < load.length; i++) {
                borne[i] += sign * load[i];
            }
        }
    }

    /** What goes along when the replica leaves its node, or only its leadership. */
    static double[] displaced(PartitionLoad partition, int from, boolean leadershipOnly) {
        double[] load = leadershipOnly ? Measure.none() : held(partition);
        if (partition.replicas().getFirst() == from) {
            double[] led = led(partition);
            for (int i = 0; i < load.length; i++) {
                load[i] += led[i];
            }
        }
        return load;
    }

    void move(double[] load, int from, int to) {
        add(from, load, -1);
        add(to, load, 1);
    }

    /** Ids of nodes to which replicas may go, in order. */
    List<Integer> takers() {
        return nodes.keySet().stream().sorted().toList();
    }

    boolean takes(int node) {
        return nodes.containsKey(node);
    }

    boolean isAlive(int node) {
        NodeLoad known = all.get(node);
        return known != null && known.alive();
    }

    /** Different racks among these nodes; those without one have one together. */
    int racks(List<Integer> replicas) {
        Set<@Nullable String> racks = new HashSet<>();
        for (int id : replicas) {
            NodeLoad known = all.get(id);
            racks.add(known == null ? null : known.rack());
        }
        return racks.size();
    }

    double amount(int node, Measure measure) {
        double[] borne = bearing.get(node);
        return borne == null ? 0 : measure.of(borne);
    }

    double mean(Measure measure) {
        return measure.of(mean);
    }

    /**
     * By how much the unevenness falls when the load goes over. A node that is to bear nothing is
     * in no sum, so that only where the load goes to counts.
     */
    double gain(double[] load, int from, int to) {
        double gain = 0;
        for (Measure measure : Measure.ALL) {
            double part = measure.of(load) / measure.of(scale);
            gain += measure.weight() * (change(from, measure, -part) + change(to, measure, part));
        }
        return gain;
    }

    private double change(int node, Measure measure, double part) {
        double[] borne = bearing.get(node);
        if (borne == null) {
            return 0;
        }
        double distance = (measure.of(borne) - measure.of(mean)) / measure.of(scale);
        return distance * distance - (distance + part) * (distance + part);
    }

    /** Whether the gain is worth it, and would not be as much when made the other way soon. */
    boolean isWorth(double gain, double[] load) {
        double displaced = 0;
        for (Measure measure : Measure.ALL) {
            double part = measure.of(load) / measure.of(scale);
            displaced += measure.weight() * part * part;
        }
        return gain > 0 && gain >= LEAST_GAIN * displaced;
    }

    /**
     * A node that bears too much or too little.
     *
     * @param distance from the mean, as a part of it; negative where it is too little
     */
    record Uneven(int node, Measure measure, double distance) {}

    /** Worst first. */
    List<Uneven> uneven(boolean onlyLed) {
        List<Uneven> found = new ArrayList<>();
        for (int node : takers()) {
            for (Measure measure : Measure.ALL) {
                if (onlyLed && !measure.isLed()) {
                    continue;
                }
                double off = amount(node, measure) - measure.of(mean);
                double distance = off / measure.of(scale);
                boolean isFar =
                        Math.abs(distance) > terms.threshold()
                                && (!measure.isCount() || Math.abs(off) >= 1);
                if (isFar) {
                    found.add(new Uneven(node, measure, distance));
                }
            }
        }
        found.sort(
                Comparator.<Uneven>comparingDouble(one -> -Math.abs(one.distance()))
                        .thenComparing(Uneven::measure)
                        .thenComparingInt(Uneven::node));
        return found;
    }
}
