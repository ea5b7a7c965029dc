package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;
import naru.broker.transaction.MarkerWriter;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.broker.transport.Timeout;

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
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * WriteTxnMarkers: a coordinator elsewhere, or an administrator who ends a hanging transaction,
 * tells partitions that are led here how a transaction ended.
 */
public final class WriteTxnMarkers implements RequestHandler {
    private final MarkerWriter markers;
    private final Access access;
    private final int timeoutMillis;

    /**
     * @param timeoutMillis how long is waited for markers to be committed
     */
    public WriteTxnMarkers(MarkerWriter markers, Access access, int timeoutMillis) {
        this.markers = markers;
        this.access = access;
        this.timeoutMillis = timeoutMillis;
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
        if (all.isEmpty()) {
            request.reply(response);
        } else {
            new Writing(request, response, all).begin();
        }
    }

    /** Waits until all markers are committed, or refused, or time is over. */
    private final class Writing {
        private final Request request;
        private final WriteTxnMarkersResponseData response;
        private final List<Wanted> all;
        private int open;
        private boolean replied;
        private @Nullable Timeout timeout;

        Writing(Request request, WriteTxnMarkersResponseData response, List<Wanted> all) {
            this.request = request;
            this.response = response;
            this.all = all;
            this.open = all.size();
        }

        void begin() {
            all.forEach(wanted -> markers.write(wanted.to(), wanted.marker(), new Told(wanted)));
            request.onLoop(() -> {
                if (!replied) {
                    timeout = request.after(timeoutMillis, this::onTimeout);
                }
            });
        }

        private void settle(Wanted wanted, Errors error) {
            if (!replied) {
                wanted.result().setErrorCode(error.code());
                if (--open == 0) {
                    reply();
                }
            }
        }

        /** What is not committed yet may still be: the coordinator asks again. */
        private void onTimeout() {
            if (!replied) {
                reply();
            }
        }

        private void reply() {
            replied = true;
            if (timeout != null) {
                timeout.cancel();
            }
            request.reply(response);
        }

        private final class Told implements CommitListener {
            private final Wanted wanted;

            Told(Wanted wanted) {
                this.wanted = wanted;
            }

            @Override
            public void onCommitted() {
                request.onLoop(() -> settle(wanted, Errors.NONE));
            }

            @Override
            public void onLost(Errors error, String message) {
                request.onLoop(() -> settle(wanted, told(error)));
            }
        }
    }

    /** Coordinators of transactions understand what logs say and try that again, and no more. */
    // All other errors of a log are passed on as they are.
    @SuppressWarnings("EnumSwitchDefault")
    static Errors told(Errors error) {
        return switch (error) {
            case COORDINATOR_LOAD_IN_PROGRESS,
                    COORDINATOR_NOT_AVAILABLE,
                    NOT_COORDINATOR,
                    THROTTLING_QUOTA_EXCEEDED ->
                    Errors.NOT_LEADER_OR_FOLLOWER;
            default -> error;
        };
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
                        new WritableTxnMarkerPartitionResult()
                                .setPartitionIndex(index)
                                .setErrorCode(Errors.REQUEST_TIMED_OUT.code());
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
}
