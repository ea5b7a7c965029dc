package naru.broker.balance;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import naru.broker.balance.ClusterLoad.NodeLoad;
import naru.broker.balance.ClusterLoad.PartitionLoad;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

/** What holds of every plan, over random clusters. */
class PlannerPropertyTest {
    private static final int MOST_ROUNDS = 500;
    private static final Terms TERMS = Terms.of(0.1, 10, true);

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    private static ClusterLoad random(Random random) {
        int count = 2 + random.nextInt(8);
        int racks = random.nextInt(4);
        List<NodeLoad> nodes = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            boolean alive = id <= 2 || random.nextInt(12) > 0;
            nodes.add(
                    new NodeLoad(
                            id,
                            racks == 0 ? null : "rack-" + random.nextInt(racks),
                            alive,
                            alive && (id <= 2 || random.nextInt(12) > 0)));
        }
        List<PartitionLoad> partitions = new ArrayList<>();
        int crowd = 1 + random.nextInt(count);
        for (int i = random.nextInt(60); i >= 0; i--) {
            List<Integer> ids = new ArrayList<>();
            for (int id = 1; id <= (random.nextInt(3) > 0 ? crowd : count); id++) {
                ids.add(id);
            }
            Collections.shuffle(ids, random);
            List<Integer> replicas = ids.subList(0, 1 + random.nextInt(Math.min(3, ids.size())));
            boolean whole = random.nextInt(10) > 0;
            partitions.add(
                    new PartitionLoad(
                            new TopicPartition("topic-" + i % 5, i),
                            replicas,
                            whole ? replicas : replicas.subList(0, 1),
                            random.nextInt(20) == 0 ? -1 : replicas.getFirst(),
                            random.nextLong(1L << (10 + random.nextInt(28))),
                            random.nextDouble() * (1 << random.nextInt(25)),
                            random.nextInt(20) == 0));
        }
        return new ClusterLoad(nodes, partitions);
    }

    /** Replicas of those that moves may touch are in order; of the others nothing changes. */
    private static ClusterLoad apply(ClusterLoad before, List<Move> moves) {
        Set<TopicPartition> touched = new HashSet<>();
        moves.forEach(move -> touched.add(move.partition()));
        ClusterLoad all = Loads.after(before, moves);
        List<PartitionLoad> partitions = new ArrayList<>();
        for (int i = 0; i < before.partitions().size(); i++) {
            PartitionLoad old = before.partitions().get(i);
            partitions.add(touched.contains(old.id()) ? all.partitions().get(i) : old);
        }
        return new ClusterLoad(before.nodes(), partitions);
    }

    private static long racks(ClusterLoad load, List<Integer> replicas) {
        Map<Integer, String> racks = new HashMap<>();
        load.nodes().forEach(node -> racks.put(node.id(), String.valueOf(node.rack())));
        return replicas.stream().map(racks::get).distinct().count();
    }

    private static void check(ClusterLoad load, Plan plan, boolean keepsRacks) {
        Map<Integer, NodeLoad> nodes = new HashMap<>();
        load.nodes().forEach(node -> nodes.put(node.id(), node));
        for (Move move : plan.moves()) {
            assertThat(move.after()).doesNotHaveDuplicates();
            switch (move) {
                case Move.Leader leader ->
                        assertThat(leader.after())
                                .containsExactlyInAnyOrderElementsOf(leader.before())
                                .first()
                                .isEqualTo(leader.to());
                case Move.Replica replica -> {
                    assertThat(replica.after()).hasSameSizeAs(replica.before());
                    assertThat(requireNonNull(nodes.get(replica.to())).takesReplicas()).isTrue();
                    assertThat(replica.before()).contains(replica.from());
                    assertThat(replica.before()).doesNotContain(replica.to());
                    assertThat(replica.after()).contains(replica.to());
                    if (keepsRacks) {
                        assertThat(racks(load, replica.after()))
                                .isGreaterThanOrEqualTo(racks(load, replica.before()));
                    }
                }
                case Move.Drop drop -> {
                    assertThat(drop.before()).contains(drop.from());
                    assertThat(drop.after())
                            .isNotEmpty()
                            .isEqualTo(
                                    drop.before().stream()
                                            .filter(node -> node != drop.from())
                                            .toList());
                }
            }
            assertThat(move.reason()).isNotBlank();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void plansKeepTheRulesAndEndAndNeverComeBack(long seed) {
        ClusterLoad load = random(new Random(seed));
        Set<List<List<Integer>>> seen = new HashSet<>();
        int rounds = 0;
        while (true) {
            Plan plan = Planner.balance(load, TERMS);
            assertThat(plan.moves()).hasSizeLessThanOrEqualTo(TERMS.mostMoves());
            check(load, plan, true);
            if (plan.moves().isEmpty()) {
                break;
            }
            for (Move move : plan.moves()) {
                load = apply(load, List.of(move));
                boolean onlyElects = move.before().equals(move.after());
                assertThat(
                                onlyElects
                                        || seen.add(
                                                load.partitions().stream()
                                                        .map(PartitionLoad::replicas)
                                                        .toList()))
                        .as("seed %d comes back to where it was", seed)
                        .isTrue();
            }
            assertThat(rounds++).as("rounds of seed %d", seed).isLessThan(MOST_ROUNDS);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsNotWholeIsNotTouched(long seed) {
        ClusterLoad load = random(new Random(seed));
        Map<TopicPartition, PartitionLoad> partitions = new HashMap<>();
        load.partitions().forEach(one -> partitions.put(one.id(), one));
        assertThat(Planner.balance(load, TERMS).moves())
                .allMatch(move -> requireNonNull(partitions.get(move.partition())).isWhole());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void sameFactsInAnyOrderGiveTheSamePlan(long seed) {
        Random random = new Random(seed);
        ClusterLoad load = random(random);
        List<PartitionLoad> partitions = new ArrayList<>(load.partitions());
        List<NodeLoad> nodes = new ArrayList<>(load.nodes());
        Collections.shuffle(partitions, random);
        Collections.shuffle(nodes, random);
        assertThat(Planner.balance(new ClusterLoad(nodes, partitions), TERMS))
                .isEqualTo(Planner.balance(load, TERMS));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void drainedNodeKeepsOnlyWhatIsToldAsAnObstacle(long seed) {
        ClusterLoad load = random(new Random(seed));
        int leaving = load.nodes().getLast().id();
        Plan plan = Planner.drain(load, Set.of(leaving), topic -> false, TERMS);
        check(load, plan, false);
        Set<TopicPartition> staying = new HashSet<>();
        plan.obstacles().forEach(one -> staying.add(one.partition()));
        assertThat(apply(load, plan.moves()).partitions())
                .allMatch(one -> !one.replicas().contains(leaving) || staying.contains(one.id()));
        assertThat(plan.moves()).noneMatch(move -> Loads.to(move) == leaving);
        Plan reduced = Planner.drain(load, Set.of(leaving), topic -> true, TERMS);
        check(load, reduced, false);
        assertThat(reduced.obstacles()).noneMatch(Plan.Obstacle::reducible);
        assertThat(plan.obstacles())
                .filteredOn(one -> !one.reducible())
                .isEqualTo(reduced.obstacles());
    }
}
