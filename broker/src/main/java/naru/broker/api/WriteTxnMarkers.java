package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;
import naru.broker.transaction.Markers;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;

/**
 * WriteTxnMarkers: a coordinator elsewhere, or an administrator who ends a hanging transaction,
 * tells partitions that are led here how a transaction ended.
 */
public final class WriteTxnMarkers implements RequestHandler {
    private final Markers markers;
    private final Access access;

    public WriteTxnMarkers(Markers markers, Access access) {
        this.markers = markers;
        this.access = access;
    }

    private record Wanted(
            TopicPartition to, TransactionMarker marker, WritableTxnMarkerPartitionResult result) {}

    @Override
    public void handle(Request request) {
        boolean allowed =
                access.permittedOnCluster(request, AclOperation.ALTER)
                        || access.allowedOnCluster(request, AclOperation.CLUSTER_ACTION);
        if (!allowed) {
            request.reply(
                    Errors.CLUSTER_AUTHORIZATION_FAILED,
                    Errors.CLUSTER_AUTHORIZATION_FAILED.message());
            return;
        }
        WriteTxnMarkersResponseData response = new WriteTxnMarkersResponseData();
        List<Wanted> all = new ArrayList<>();
        for (WritableTxnMarker marker : ((WriteTxnMarkersRequestData) request.body()).markers()) {
            response.markers().add(result(marker, all));
        }
        Gathering<Errors> told =
                Gathering.of(
                        all.size(),
                        errors -> {
                            for (int i = 0; i < errors.size(); i++) {
                                all.get(i).result().setErrorCode(errors.get(i).code());
                            }
                            request.reply(response);
                        });
        for (int i = 0; i < all.size(); i++) {
            Wanted wanted = all.get(i);
            markers.write(wanted.to(), wanted.marker(), new Told(told, i));
        }
    }

    private static WritableTxnMarkerResult result(WritableTxnMarker marker, List<Wanted> all) {
        boolean isOfProducer = marker.producerId() >= 0 && marker.producerEpoch() >= 0;
        TransactionMarker written =
                new TransactionMarker(
                        marker.producerId(),
                        marker.producerEpoch(),
                        marker.transactionResult(),
                        marker.coordinatorEpoch(),
                        marker.transactionVersion());
        WritableTxnMarkerResult result =
                new WritableTxnMarkerResult().setProducerId(marker.producerId());
        for (WritableTxnMarkerTopic topic : marker.topics()) {
            WritableTxnMarkerTopicResult ofTopic =
                    new WritableTxnMarkerTopicResult().setName(topic.name());
            for (int index : topic.partitionIndexes()) {
                WritableTxnMarkerPartitionResult partition =
                        new WritableTxnMarkerPartitionResult().setPartitionIndex(index);
                ofTopic.partitions().add(partition);
                if (!isOfProducer) {
                    partition.setErrorCode(Errors.INVALID_REQUEST.code());
                    continue;
                }
                all.add(new Wanted(new TopicPartition(topic.name(), index), written, partition));
            }
            result.topics().add(ofTopic);
        }
        return result;
    }

    private record Told(Gathering<Errors> told, int index) implements CommitListener {
        @Override
        public void onCommitted() {
            told.put(index, Errors.NONE);
        }

        @Override
        public void onLost(Errors error, String message) {
            told.put(index, error);
        }
    }
}
