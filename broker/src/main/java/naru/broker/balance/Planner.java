package naru.broker.balance;

import naru.broker.balance.ClusterLoad.PartitionLoad;
import naru.broker.balance.Spread.Uneven;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Plans moves from facts alone: the same facts give the same plan. No plan puts two replicas on one
 * node, or one on a node that takes none, or has a partition on fewer racks than before; where a
 * node must be emptied and no other rack is left, it says so.
 */
public final class Planner {
    private final Terms terms;
    private final Set<Integer> leaving;
    private final Predicate<String> reducible;
    private final Spread spread;
    private final Map<TopicPartition, PartitionLoad> partitions = new HashMap<>();
    private final List<TopicPartition> order;
    private final List<Move> moves = new ArrayList<>();
    private final List<Plan.Obstacle> obstacles = new ArrayList<>();

    private Planner(
            ClusterLoad cluster, Set<Integer> leaving, Predicate<String> reducible, Terms terms) {
        this.terms = terms;
        this.leaving = leaving;
        this.reducible = reducible;
        this.spread = new Spread(cluster, leaving, terms);
        cluster.partitions().forEach(one -> partitions.put(one.id(), one));
        this.order =
                cluster.partitions().stream()
                        .sorted(
                                Comparator.comparingLong(PartitionLoad::sizeBytes)
                                        .thenComparing(one -> one.id().topic())
                                        .thenComparingInt(one -> one.id().partition()))
                        .map(PartitionLoad::id)
                        .toList();
    }

    /** The few moves that help most, or none where the cluster is even enough. */
    public static Plan balance(ClusterLoad cluster, Terms terms) {
        Planner planner = new Planner(cluster, Set.of(), topic -> false, terms);
        List<Move> elections = terms.leaders() ? planner.preferred() : List.of();
        boolean found = true;
        while (found && planner.moves.size() < terms.mostMoves()) {
            found = (terms.leaders() && planner.addBest(true)) || planner.addBest(false);
        }
        Set<TopicPartition> led = new HashSet<>();
        planner.moves.stream()
                .filter(Move.Leader.class::isInstance)
                .forEach(move -> led.add(move.partition()));
        return new Plan(
                Stream.concat(
                                elections.stream().filter(one -> !led.contains(one.partition())),
                                planner.moves.stream())
                        .limit(terms.mostMoves())
                        .toList(),
                List.of());
    }

    /**
     * All moves after which nothing is on these nodes, leadership first. Obstacles are partitions
     * that would stay.
     *
     * @param reducible topics whose partitions may lose a replica where no node is left for it
     */
    public static Plan drain(
            ClusterLoad cluster, Set<Integer> leaving, Predicate<String> reducible, Terms terms) {
        Planner planner = new Planner(cluster, Set.copyOf(leaving), reducible, terms);
        planner.drainLeaders();
        planner.drainReplicas();
        return new Plan(planner.moves, planner.obstacles);
    }

    private PartitionLoad now(TopicPartition id) {
        PartitionLoad known = partitions.get(id);
        if (known == null) {
            throw new IllegalStateException("no partition " + id);
        }
        return known;
    }

    /** Elections where another than the preferred leader leads. */
    private List<Move> preferred() {
        List<Move> elections = new ArrayList<>();
        for (TopicPartition id : order) {
            PartitionLoad one = now(id);
            int preferred = one.replicas().getFirst();
            if (one.isWhole() && one.leader() != preferred && spread.isAlive(preferred)) {
                elections.add(
                        new Move.Leader(
                                id,
                                one.replicas(),
                                one.replicas(),
                                one.leader(),
                                preferred,
                                "node " + preferred + " is its preferred leader and is in sync"));
            }
        }
        return elections;
    }

    /** Adds the move that helps the worst node most. */
    private boolean addBest(boolean leadershipOnly) {
        for (Uneven worst : spread.uneven(leadershipOnly)) {
            Candidate best = best(worst, leadershipOnly);
            if (best != null) {
                add(best, worst);
                return true;
            }
        }
        return false;
    }

    private record Candidate(
            PartitionLoad partition, int from, int to, boolean leadershipOnly, double gain) {}

    private @Nullable Candidate best(Uneven worst, boolean leadershipOnly) {
        Candidate best = null;
        for (TopicPartition id : order) {
            PartitionLoad one = now(id);
            if (!one.isWhole()) {
                continue;
            }
            for (int node : leadershipOnly ? one.replicas() : spread.takers()) {
                int from = worst.distance() > 0 ? worst.node() : node;
                int to = worst.distance() > 0 ? node : worst.node();
                Candidate next = candidate(one, from, to, leadershipOnly, worst.measure());
                if (next != null && (best == null || next.gain() > best.gain())) {
                    best = next;
                }
            }
        }
        return best;
    }

    private @Nullable Candidate candidate(
            PartitionLoad one, int from, int to, boolean leadershipOnly, Measure measure) {
        boolean led = one.replicas().getFirst() == from;
        boolean fits =
                leadershipOnly
                        ? led && one.replicas().contains(to)
                        : one.replicas().contains(from)
                                && !one.replicas().contains(to)
                                && keepsRacks(one, from, to)
                                && (terms.leaders() || !led);
        if (from == to || !fits || !spread.takes(from) || !spread.takes(to)) {
            return null;
        }
        double[] load = Spread.displaced(one, from, leadershipOnly);
        double gain = spread.gain(load, from, to);
        return measure.of(load) > 0 && spread.isWorth(gain, load)
                ? new Candidate(one, from, to, leadershipOnly, gain)
                : null;
    }

    private boolean keepsRacks(PartitionLoad one, int from, int to) {
        return spread.racks(replaced(one.replicas(), from, to)) >= spread.racks(one.replicas());
    }

    private static List<Integer> replaced(List<Integer> replicas, int from, int to) {
        List<Integer> after = new ArrayList<>(replicas);
        Collections.replaceAll(after, from, to);
        return after;
    }

    private static List<Integer> swapped(List<Integer> replicas, int first) {
        List<Integer> after = new ArrayList<>(replicas);
        Collections.swap(after, 0, after.indexOf(first));
        return after;
    }

    private void add(Candidate best, Uneven worst) {
        PartitionLoad one = best.partition();
        String reason = reason(worst, worst.distance() > 0 ? best.to() : best.from());
        if (best.leadershipOnly()) {
            lead(one, best.from(), swapped(one.replicas(), best.to()), reason);
        } else {
            replicate(one, best.from(), best.to(), reason);
        }
    }

    private String reason(Uneven worst, int other) {
        Measure measure = worst.measure();
        return String.format(
                Locale.ROOT,
                "node %d %s, the mean is %s; node %d %s",
                worst.node(),
                measure.does(spread.amount(worst.node(), measure)),
                measure.amount(spread.mean(measure)),
                other,
                measure.does(spread.amount(other, measure)));
    }

    private void lead(PartitionLoad one, int from, List<Integer> after, String reason) {
        int to = after.getFirst();
        moves.add(new Move.Leader(one.id(), one.replicas(), after, from, to, reason));
        int preferred = one.replicas().getFirst();
        if (preferred != to) {
            spread.move(Spread.displaced(one, preferred, true), preferred, to);
        }
        keep(one, after, one.inSync(), to);
    }

    private void replicate(PartitionLoad one, int from, int to, String reason) {
        List<Integer> after = replaced(one.replicas(), from, to);
        moves.add(
                new Move.Replica(
                        one.id(),
                        one.replicas(),
                        after,
                        from,
                        to,
                        one.sizeBytes(),
                        one.bytesPerSecond(),
                        reason));
        spread.move(Spread.displaced(one, from, false), from, to);
        keep(
                one,
                after,
                replaced(one.inSync(), from, to),
                one.leader() == from ? to : one.leader());
    }

    private void keep(PartitionLoad one, List<Integer> replicas, List<Integer> inSync, int leader) {
        partitions.put(
                one.id(),
                new PartitionLoad(
                        one.id(),
                        replicas,
                        inSync,
                        leader,
                        one.sizeBytes(),
                        one.bytesPerSecond(),
                        one.moving()));
    }

    private void drainLeaders() {
        for (TopicPartition id : order.reversed()) {
            PartitionLoad one = now(id);
            int first = one.replicas().getFirst();
            boolean stays = !leaving.contains(first) && !leaving.contains(one.leader());
            if (stays || one.moving()) {
                continue;
            }
            int from = leaving.contains(one.leader()) ? one.leader() : first;
            List<Integer> able = one.inSync().stream().filter(spread::takes).toList();
            int to = able.contains(first) ? first : bestOf(one, first, true, able);
            if (to >= 0) {
                lead(one, from, swapped(one.replicas(), to), "node " + from + " is to be emptied");
            }
        }
    }

    /** The node that suits best, or -1. */
    private int bestOf(
            PartitionLoad one, int from, boolean leadershipOnly, List<Integer> candidates) {
        int best = -1;
        double most = 0;
        for (int node : candidates.stream().sorted().toList()) {
            double gain = spread.gain(Spread.displaced(one, from, leadershipOnly), from, node);
            if (best < 0 || gain > most) {
                best = node;
                most = gain;
            }
        }
        return best;
    }

    private void drainReplicas() {
        for (TopicPartition id : order.reversed()) {
            for (int node : now(id).replicas()) {
                if (leaving.contains(node)) {
                    drain(now(id), node);
                }
            }
        }
    }

    private void drain(PartitionLoad one, int node) {
        String obstacle = obstacle(one, node);
        List<Integer> free =
                spread.takers().stream().filter(taker -> !one.replicas().contains(taker)).toList();
        if (obstacle != null) {
            obstacles.add(new Plan.Obstacle(one.id(), obstacle, false));
            return;
        }
        if (free.isEmpty()) {
            giveUp(one, node);
            return;
        }
        List<Integer> apart = free.stream().filter(to -> keepsRacks(one, node, to)).toList();
        int to = bestOf(one, node, false, apart.isEmpty() ? free : apart);
        String reason = "node " + node + " is to be emptied";
        replicate(
                one,
                node,
                to,
                apart.isEmpty() ? reason + "; no node of another rack is left for it" : reason);
    }

    /** The replica has nowhere to go. */
    private void giveUp(PartitionLoad one, int node) {
        boolean others = one.replicas().stream().anyMatch(replica -> !leaving.contains(replica));
        if (!others || !reducible.test(one.id().topic())) {
            String reason =
                    String.format(
                            Locale.ROOT,
                            "it has %s, and there %s that %s any",
                            Measure.plural(one.replicas().size(), "replica"),
                            spread.takers().size() == 1
                                    ? "is only 1 other node"
                                    : "are only " + spread.takers().size() + " other nodes",
                            spread.takers().size() == 1 ? "takes" : "take");
            obstacles.add(new Plan.Obstacle(one.id(), reason, others));
            return;
        }
        List<Integer> after = without(one.replicas(), node);
        moves.add(
                new Move.Drop(
                        one.id(),
                        one.replicas(),
                        after,
                        node,
                        "node " + node + " is to be emptied, and no other is left for it"));
        keep(
                one,
                after,
                without(one.inSync(), node),
                one.leader() == node ? after.getFirst() : one.leader());
    }

    private static List<Integer> without(List<Integer> replicas, int node) {
        return replicas.stream().filter(replica -> replica != node).toList();
    }

    private @Nullable String obstacle(PartitionLoad one, int node) {
        if (one.moving()) {
            return "its replicas are being moved already; wait until that is done";
        }
        if (one.leader() < 0) {
            return "it has no leader: the replicas in sync are on nodes "
                    + one.inSync()
                    + ", none of which is there; start one of them";
        }
        for (int other : one.replicas()) {
            if (!leaving.contains(other) && !one.inSync().contains(other)) {
                return "its replica on node " + other + " is not in sync; wait until it is";
            }
        }
        if (one.inSync().stream().noneMatch(spread::isAlive)) {
            return "node " + node + " alone has all of it, and is not there";
        }
        return null;
    }
}
