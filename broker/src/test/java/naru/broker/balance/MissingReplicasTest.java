package naru.broker.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class MissingReplicasTest {
    private static TopicPartition partition(int index) {
        return new TopicPartition("t", index);
    }

    @Test
    void partitionsOfTheFirstNodeGetReplicasOnTheOthersAndGoOnBeingLedThere() {
        ClusterLoad load =
                Loads.cluster().node(1).node(2).node(3).partition(10, 1).partition(10, 1).load();

        assertThat(MissingReplicas.of(load, Map.of("t", 3)))
                .isEqualTo(Map.of(partition(0), List.of(1, 2, 3), partition(1), List.of(1, 2, 3)));
        assertThat(MissingReplicas.of(load, Map.of("t", 2)))
                .isEqualTo(Map.of(partition(0), List.of(1, 2), partition(1), List.of(1, 3)));
    }

    @Test
    void nothingIsAddedToOtherTopicsNorBeyondTheNodesThatTakeReplicas() {
        ClusterLoad load = Loads.cluster().node(1).node(2).cordoned(3).partition(10, 1).load();

        assertThat(MissingReplicas.of(load, Map.of("another", 3))).isEmpty();
        assertThat(MissingReplicas.of(load, Map.of("t", 1))).isEmpty();
        assertThat(MissingReplicas.of(load, Map.of("t", 3)))
                .isEqualTo(Map.of(partition(0), List.of(1, 2)));
        ClusterLoad whole = Loads.cluster().node(1).node(2).partition(10, 2, 1).load();
        assertThat(MissingReplicas.of(whole, Map.of("t", 3))).isEmpty();
    }

    @Test
    void anotherRackComesBeforeAnEmptierNode() {
        ClusterLoad load =
                Loads.cluster()
                        .node(1, "a")
                        .node(2, "a")
                        .node(3, "b")
                        .partition(10, 1)
                        .partition(10, 3, 1)
                        .load();

        assertThat(MissingReplicas.of(load, Map.of("t", 2)))
                .isEqualTo(Map.of(partition(0), List.of(1, 3)));
    }
}
