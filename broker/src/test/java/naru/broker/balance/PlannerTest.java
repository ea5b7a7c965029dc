package naru.broker.balance;

import static naru.broker.balance.Loads.after;
import static naru.broker.balance.Loads.cluster;
import static naru.broker.balance.Loads.ledBy;
import static naru.broker.balance.Loads.replicasOn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

class PlannerTest {
    private static final long GIB = 1L << 30;
    private static final Terms TERMS = Terms.of(0.1, 100, true);
    private static final Set<String> NONE = Set.of();
    private static final Set<String> EVERY = Set.of("t");

    @Test
    void evenClusterIsLeftAlone() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .node(3)
                        .partition(GIB, 1, 2, 3)
                        .partition(GIB, 2, 3, 1)
                        .partition(GIB, 3, 1, 2)
                        .load();
        assertThat(Planner.balance(load, TERMS).moves()).isEmpty();
    }

    @Test
    void leadershipIsSpreadWithoutCopying() {
        Loads loads = cluster().node(1).node(2).node(3);
        for (int i = 0; i < 9; i++) {
            loads.partition(GIB, 1, 2, 3);
        }
        Plan plan = Planner.balance(loads.load(), TERMS);
        assertThat(plan.moves()).allMatch(Move.Leader.class::isInstance);
        assertThat(plan.copiedBytes()).isZero();
        ClusterLoad then = after(loads.load(), plan.moves());
        for (int node = 1; node <= 3; node++) {
            assertThat(ledBy(then, node)).isEqualTo(3);
        }
        assertThat(plan.moves().getFirst().reason())
                .isEqualTo("node 1 leads 9 partitions, the mean is 3; node 2 leads 0 partitions");
    }

    @Test
    void emptyNodeGetsItsShare() {
        Loads loads = cluster().node(1).node(2).node(3);
        for (int i = 0; i < 12; i++) {
            loads.partition(GIB, 1 + i % 2, 2 - i % 2);
        }
        ClusterLoad then = after(loads.load(), Planner.balance(loads.load(), TERMS).moves());
        assertThat(replicasOn(then, 3)).isEqualTo(8);
        assertThat(ledBy(then, 3)).isBetween(3L, 5L);
        assertThat(Planner.balance(then, TERMS).moves()).isEmpty();
    }

    @Test
    void emptyNodeAmongManyGetsItsShareThoughNobodyIsFarAboveTheMean() {
        Loads loads = cluster();
        for (int node = 1; node <= 13; node++) {
            loads.node(node);
        }
        for (int i = 0; i < 240; i++) {
            loads.partition(0, 1 + i % 12);
        }
        ClusterLoad then = after(loads.load(), Planner.balance(loads.load(), TERMS).moves());
        assertThat(replicasOn(then, 13)).isGreaterThan(15);
    }

    @Test
    void bytesCountWhereTheNumberOfReplicasIsEven() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .partition(50 * GIB, 1)
                        .partition(50 * GIB, 1)
                        .partition(GIB, 2)
                        .partition(GIB, 2)
                        .load();
        Plan plan = Planner.balance(load, TERMS);
        ClusterLoad then = after(load, plan.moves());
        long onFirst =
                then.partitions().stream()
                        .filter(one -> one.replicas().contains(1))
                        .mapToLong(ClusterLoad.PartitionLoad::sizeBytes)
                        .sum();
        assertThat(onFirst).isBetween(49 * GIB, 53 * GIB);
    }

    @Test
    void whatIsSmallNeedNotBeEvenInBytes() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .partition(40_000_000, 1)
                        .partition(40_000_000, 1)
                        .partition(1000, 2)
                        .partition(1000, 2)
                        .load();
        assertThat(Planner.balance(load, TERMS).moves()).isEmpty();
    }

    @Test
    void leadershipOfWhatIsWrittenMostIsSpread() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .written(30e6, 1, 2)
                        .written(30e6, 1, 2)
                        .written(100, 2, 1)
                        .written(100, 2, 1)
                        .load();
        Plan plan = Planner.balance(load, TERMS);
        ClusterLoad then = after(load, plan.moves());
        assertThat(plan.copiedBytes()).isZero();
        assertThat(
                        then.partitions().stream()
                                .filter(one -> one.bytesPerSecond() > 1000)
                                .map(one -> one.replicas().getFirst()))
                .containsExactlyInAnyOrder(1, 2);
        assertThat(ledBy(then, 1)).isEqualTo(2);
    }

    @Test
    void moveThatWouldOnlyChangeWhoIsWorstIsNotMade() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .partition(60 * GIB, 1)
                        .partition(55 * GIB, 1)
                        .partition(50 * GIB, 2)
                        .partition(0, 2)
                        .load();
        ClusterLoad then = after(load, Planner.balance(load, TERMS).moves());
        assertThat(Planner.balance(then, TERMS).moves()).isEmpty();
        assertThat(replicasOn(then, 1)).isEqualTo(2);
    }

    @Test
    void replicasStayInDifferentRacks() {
        Loads loads = cluster().node(1, "a").node(2, "b").node(3, "a");
        for (int i = 0; i < 12; i++) {
            loads.partition(GIB, 1 + i % 2, 2 - i % 2);
        }
        ClusterLoad then = after(loads.load(), Planner.balance(loads.load(), TERMS).moves());
        assertThat(then.partitions()).allMatch(one -> one.replicas().contains(2));
        assertThat(replicasOn(then, 3)).isEqualTo(6);
    }

    @Test
    void cordonedNodeGetsNothingAndGivesNothing() {
        Loads loads = cluster().node(1).node(2).cordoned(3);
        for (int i = 0; i < 8; i++) {
            loads.partition(GIB, 1, 3);
        }
        Plan plan = Planner.balance(loads.load(), TERMS);
        assertThat(plan.moves())
                .isNotEmpty()
                .allMatch(move -> move.from() == 1 && Loads.to(move) == 2);
    }

    @Test
    void preferredLeaderIsElectedWhereAnotherLeads() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .partition(List.of(1, 2), List.of(1, 2), 2, 0, 0)
                        .partition(List.of(2, 1), List.of(1, 2), 2, 0, 0)
                        .load();
        assertThat(Planner.balance(load, TERMS).moves())
                .singleElement()
                .satisfies(move -> {
                    assertThat(move).isInstanceOf(Move.Leader.class);
                    assertThat(move.before()).isEqualTo(move.after());
                    assertThat(Loads.to(move)).isEqualTo(1);
                });
    }

    @Test
    void leadershipThatIsToGoElsewhereIsNotGivenBackFirst() {
        Loads loads = cluster().node(1).node(2);
        for (int i = 0; i < 4; i++) {
            loads.partition(List.of(1, 2), List.of(1, 2), 2, 0, 0);
        }
        assertThat(Planner.balance(loads.load(), TERMS).moves())
                .hasSize(4)
                .extracting(Move::partition)
                .doesNotHaveDuplicates();
    }

    @Test
    void leadershipStaysWhereItIsNotToBeMoved() {
        Loads loads = cluster().node(1).node(2);
        for (int i = 0; i < 8; i++) {
            loads.partition(GIB, 1);
        }
        assertThat(Planner.balance(loads.load(), Terms.of(0.1, 100, false)).moves()).isEmpty();
    }

    @Test
    void restIsAskedForBeforeAnythingIsMoved() {
        assertThat(cluster().node(1).partition(0, 1).load().unrest()).isNull();
        assertThat(cluster().node(1).dead(2).partition(0, 1).load().unrest())
                .isEqualTo("node 2 is not there");
        assertThat(
                        cluster()
                                .node(1)
                                .node(2)
                                .partition(List.of(1, 2), List.of(1), 1, 0, 0)
                                .load()
                                .unrest())
                .isEqualTo("t-0 has replicas that are not in sync");
    }

    @Test
    void drainedNodeGivesItsLeadershipFirstAndThenItsReplicas() {
        Loads loads = cluster().node(1).node(2).node(3).node(4);
        for (int i = 0; i < 8; i++) {
            loads.partition(GIB, 1 + i % 4, 1 + (i + 1) % 4);
        }
        Plan plan = Planner.drain(loads.load(), Set.of(4), NONE::contains, TERMS);
        assertThat(plan.obstacles()).isEmpty();
        assertThat(plan.moves().subList(0, 2)).allMatch(Move.Leader.class::isInstance);
        assertThat(plan.moves().subList(2, plan.moves().size()))
                .hasSize(4)
                .allMatch(Move.Replica.class::isInstance);
        ClusterLoad then = after(loads.load(), plan.moves());
        assertThat(replicasOn(then, 4)).isZero();
        for (int node = 1; node <= 3; node++) {
            assertThat(replicasOn(then, node)).isBetween(5L, 6L);
        }
    }

    @Test
    void tooFewNodesForTheReplicasAreTold() {
        ClusterLoad load =
                cluster().node(1).node(2).node(3).partition(GIB, 1, 2, 3).partition(0, 3).load();
        Plan plan = Planner.drain(load, Set.of(3), NONE::contains, TERMS);
        assertThat(plan.obstacles())
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.partition().partition()).isZero();
                    assertThat(one.reason())
                            .isEqualTo(
                                    "it has 3 replicas, and there are only 2 other nodes that take"
                                            + " any");
                    assertThat(one.reducible()).isTrue();
                });
    }

    @Test
    void replicasThatHaveNowhereToGoAreGivenUpWhereThatIsAllowed() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .node(3)
                        .partition(GIB, 3, 1, 2)
                        .partition(GIB, 3, 1)
                        .load();
        Plan plan = Planner.drain(load, Set.of(3), EVERY::contains, TERMS);
        assertThat(plan.obstacles()).isEmpty();
        assertThat(plan.copiedBytes()).isEqualTo(GIB);
        assertThat(plan.moves())
                .filteredOn(Move.Drop.class::isInstance)
                .singleElement()
                .satisfies(move -> {
                    assertThat(move.from()).isEqualTo(3);
                    assertThat(move.after()).containsExactlyInAnyOrder(1, 2);
                });
        ClusterLoad then = after(load, plan.moves());
        assertThat(replicasOn(then, 3)).isZero();
        assertThat(ledBy(then, 3)).isZero();
        ClusterLoad alone = cluster().node(1).node(2).partition(GIB, 2, 1).load();
        assertThat(
                        after(
                                        alone,
                                        Planner.drain(alone, Set.of(2), EVERY::contains, TERMS)
                                                .moves())
                                .partitions()
                                .getFirst()
                                .replicas())
                .containsExactly(1);
    }

    @Test
    void lastReplicaIsNeverGivenUp() {
        ClusterLoad load = cluster().cordoned(1).node(2).partition(GIB, 2).load();
        Plan plan = Planner.drain(load, Set.of(2), EVERY::contains, TERMS);
        assertThat(plan.moves()).isEmpty();
        assertThat(plan.obstacles())
                .singleElement()
                .satisfies(one -> assertThat(one.reducible()).isFalse());
        ClusterLoad stale =
                cluster().node(1).node(2).partition(List.of(2, 1), List.of(2), 2, GIB, 0).load();
        assertThat(Planner.drain(stale, Set.of(2), EVERY::contains, TERMS).moves()).isEmpty();
    }

    @Test
    void deadNodeIsEmptiedFromTheOtherReplicas() {
        ClusterLoad load =
                cluster()
                        .node(1)
                        .node(2)
                        .dead(3)
                        .partition(List.of(3, 1), List.of(1), 1, GIB, 0)
                        .partition(List.of(3), List.of(3), -1, GIB, 0)
                        .load();
        Plan plan = Planner.drain(load, Set.of(3), NONE::contains, TERMS);
        assertThat(after(load, plan.moves()).partitions().getFirst().replicas())
                .containsExactlyInAnyOrder(1, 2);
        assertThat(plan.obstacles())
                .singleElement()
                .satisfies(one -> assertThat(one.reason()).contains("no leader").contains("[3]"));
    }

    @Test
    void otherRackIsTakenWhereOneIsLeftAndElseItIsTold() {
        ClusterLoad load =
                cluster()
                        .node(1, "a")
                        .node(2, "b")
                        .node(3, "a")
                        .node(4, "b")
                        .partition(GIB, 1, 2)
                        .load();
        assertThat(
                        Loads.to(
                                Planner.drain(load, Set.of(2), NONE::contains, TERMS)
                                        .moves()
                                        .getLast()))
                .isEqualTo(4);
        Move crowded = Planner.drain(load, Set.of(2, 4), NONE::contains, TERMS).moves().getLast();
        assertThat(Loads.to(crowded)).isEqualTo(3);
        assertThat(crowded.reason()).contains("no node of another rack is left");
    }
}
