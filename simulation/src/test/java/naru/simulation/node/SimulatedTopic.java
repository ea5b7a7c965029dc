package naru.simulation.node;

import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** A topic that node 1 leads. */
public record SimulatedTopic(
        String name,
        Uuid id,
        int partitionCount,
        int leaderEpoch,
        Map<String, String> settings,
        Map<Integer, Uuid> directories)
        implements ClusterImage.Topic {
    SimulatedTopic ledIn(int epoch) {
        return new SimulatedTopic(name, id, partitionCount, epoch, settings, directories);
    }

    @Override
    public @Nullable PartitionState partition(int index) {
        return index < 0 || index >= partitionCount
                ? null
                : new PartitionState(
                        List.of(SimulatedCluster.NODE),
                        List.of(SimulatedCluster.NODE),
                        List.of(),
                        List.of(),
                        List.of(directories.getOrDefault(index, Uuid.ZERO_UUID)),
                        SimulatedCluster.NODE,
                        leaderEpoch,
                        leaderEpoch,
                        List.of(),
                        List.of());
    }
}
