package naru.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import naru.app.explain.FewerReplicas.Reduced;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/** Nobody has fewer replicas from now on without being told what that means. */
class FewerReplicasTest {
    private static List<String> sentences(List<Finding> findings) {
        return findings.stream().map(Finding::sentence).toList();
    }

    @Test
    void topicsThatLoseReplicasAreNamedByWhatTheyKeep() {
        List<Finding> findings =
                FewerReplicas.explain(
                        List.of(new Reduced("one", 3, 2, 1), new Reduced("two", 3, 2, null)), 2, 1);
        assertThat(sentences(findings))
                .containsExactly(
                        "one, two have 2 replicas instead of 3 from now on, as no more nodes are"
                                + " left");
    }

    @Test
    void minimumThatEveryReplicaIsNeededForIsTold() {
        List<Finding> findings =
                FewerReplicas.explain(List.of(new Reduced("orders", 3, 2, 2)), 2, null);
        assertThat(findings.getLast().sentence())
                .isEqualTo(
                        "orders takes no writes with acks=all while one of the 2 nodes is away,"
                                + " because of min.insync.replicas");
        assertThat(findings.getLast().advice())
                .endsWith("naru configs set topic orders min.insync.replicas=1");
    }

    @Test
    void singleReplicaIsToldToBeNone() {
        assertThat(sentences(FewerReplicas.explain(List.of(new Reduced("orders", 2, 1, 2)), 1, 1)))
                .containsExactly(
                        "orders has 1 replica instead of 2 from now on, as no more nodes are left",
                        "one replica is no copy: what is on a node that is lost, is lost");
    }

    @Test
    void defaultThatCannotBePlacedIsToldEvenWhereNoTopicLosesAny() {
        assertThat(FewerReplicas.explain(List.of(), 2, 2)).isEmpty();
        assertThat(sentences(FewerReplicas.explain(List.of(), 2, 3)))
                .containsExactly(
                        "default.replication.factor is 3: a topic that is made without a number"
                                + " of replicas cannot be placed on 2 nodes");
    }

    @Test
    void obstaclesOfOneKindHaveOneLineForEachTopic() {
        assertThat(
                        FewerReplicas.obstacles(
                                Map.of(
                                        new TopicPartition("orders", 0),
                                        "it has 3 replicas",
                                        new TopicPartition("orders", 1),
                                        "it has 3 replicas",
                                        new TopicPartition("orders", 2),
                                        "it has no leader",
                                        new TopicPartition("pay", 0),
                                        "it has 3 replicas")))
                .containsExactlyInAnyOrder(
                        "orders (2 partitions): it has 3 replicas",
                        "orders-2: it has no leader",
                        "pay-0: it has 3 replicas");
    }
}
