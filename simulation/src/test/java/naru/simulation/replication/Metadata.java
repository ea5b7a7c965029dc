package naru.simulation.replication;

import naru.quorum.ClusterImage.BrokerNode;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.Uuid;

import java.util.List;
import java.util.Map;

/** The metadata at one version: the state of the one partition, and the brokers. */
record Metadata(
        long version,
        PartitionState state,
        Map<Integer, BrokerNode> brokers,
        Map<String, String> settings) {
    static final String TOPIC = "replicated";
    static final Uuid TOPIC_ID = new Uuid(7, 7);
    static final Metadata NONE =
            new Metadata(0, state(List.of(), List.of(), -1, -1, -1), Map.of(), Map.of());

    static PartitionState state(
            List<Integer> replicas, List<Integer> inSync, int leader, int leaderEpoch, int epoch) {
        return new PartitionState(
                replicas,
                inSync,
                List.of(),
                List.of(),
                replicas.stream().map(id -> Uuid.ZERO_UUID).toList(),
                leader,
                leaderEpoch,
                epoch,
                List.of(),
                List.of());
    }
}
