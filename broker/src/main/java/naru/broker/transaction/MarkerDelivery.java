package naru.broker.transaction;

import naru.broker.coordinator.Alarm;
import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;
import naru.broker.replication.PeerBatches;
import naru.broker.replication.Peers;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

import java.util.function.Supplier;

/**
 * Writes markers into partitions wherever they are led: directly here, by WriteTxnMarkers
 * elsewhere. Threads: any.
 */
public final class MarkerDelivery implements MarkerWriter {
    private final int nodeId;
    private final MarkerWriter here;
    private final Supplier<ClusterImage> image;
    private final PeerBatches<MarkerBatch.Question> elsewhere;

    /**
     * @param timeoutMillis how long another broker's answer is waited for
     */
    public MarkerDelivery(
            int nodeId,
            MarkerWriter here,
            Supplier<ClusterImage> image,
            Peers peers,
            Alarm alarm,
            int timeoutMillis) {
        this.nodeId = nodeId;
        this.here = here;
        this.image = image;
        this.elsewhere = new PeerBatches<>(peers, alarm, timeoutMillis, MarkerBatch::new);
    }

    @Override
    public void write(TopicPartition to, TransactionMarker marker, CommitListener written) {
        ClusterImage.Topic topic = image.get().topic(to.topic());
        ClusterImage.PartitionState state = topic == null ? null : topic.partition(to.partition());
        if (state == null) {
            written.onLost(Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no partition " + to);
        } else if (state.leader() == nodeId) {
            here.write(to, marker, written);
        } else if (state.leader() < 0) {
            written.onLost(Errors.LEADER_NOT_AVAILABLE, "nobody leads " + to);
        } else {
            elsewhere.ask(state.leader(), new MarkerBatch.Question(to, marker, written));
        }
    }
}
