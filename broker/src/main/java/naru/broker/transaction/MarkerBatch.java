package naru.broker.transaction;

import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;
import naru.broker.replication.PeerBatches;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Markers of many transactions for partitions that one other broker leads, as one WriteTxnMarkers.
 * An answer names producer and partition, so both together are in it once.
 */
final class MarkerBatch implements PeerBatches.Batch<MarkerBatch.Question> {
    record Question(TopicPartition to, TransactionMarker marker, CommitListener written) {}

    private record Markers(TransactionMarker marker, Map<TopicPartition, CommitListener> written) {}

    private final Map<Long, Markers> byProducer = new LinkedHashMap<>();

    @Override
    public boolean add(Question question) {
        Markers markers =
                byProducer.computeIfAbsent(
                        question.marker().producerId(),
                        id -> new Markers(question.marker(), new LinkedHashMap<>()));
        return markers.marker().equals(question.marker())
                && markers.written().putIfAbsent(question.to(), question.written()) == null;
    }

    @Override
    public AbstractRequest.Builder<?> request() {
        List<TxnMarkerEntry> entries = new ArrayList<>(byProducer.size());
        byProducer.forEach((producerId, markers) -> {
            TransactionMarker marker = markers.marker();
            entries.add(
                    new TxnMarkerEntry(
                            producerId,
                            marker.producerEpoch(),
                            marker.coordinatorEpoch(),
                            TransactionResult.forId(marker.commit()),
                            List.copyOf(markers.written().keySet()),
                            marker.transactionVersion()));
        });
        return new WriteTxnMarkersRequest.Builder(entries);
    }

    @Override
    public void onAnswer(ApiMessage answer) {
        Map<Long, Map<TopicPartition, Errors>> errors =
                new WriteTxnMarkersResponse((WriteTxnMarkersResponseData) answer)
                        .errorsByProducerId();
        byProducer.forEach((producerId, markers) -> {
            Map<TopicPartition, Errors> ofProducer = errors.getOrDefault(producerId, Map.of());
            markers.written()
                    .forEach((to, written) ->
                            tell(
                                    written,
                                    ofProducer.getOrDefault(to, Errors.UNKNOWN_SERVER_ERROR)));
        });
    }

    /** A broker that knows no such topic may only not know it yet. */
    private static void tell(CommitListener written, Errors error) {
        if (error == Errors.NONE) {
            written.onCommitted();
        } else if (error == Errors.UNKNOWN_TOPIC_OR_PARTITION) {
            written.onLost(Errors.NOT_LEADER_OR_FOLLOWER, "the other broker does not know it");
        } else {
            written.onLost(error, error.message());
        }
    }

    @Override
    public void onFailure(String why) {
        byProducer
                .values()
                .forEach(markers ->
                        markers.written()
                                .values()
                                .forEach(written -> written.onLost(Errors.NETWORK_EXCEPTION, why)));
    }
}
