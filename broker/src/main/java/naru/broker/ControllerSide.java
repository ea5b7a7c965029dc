package naru.broker;

import naru.broker.config.Listener;
import naru.broker.partition.Standing;
import naru.quorum.ClusterController;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The quorum as this node's controller listeners see it: whoever comes there wants this node's
 * controller, and is told when it is not the active one.
 */
final class ControllerSide implements Quorum {
    private final Quorum quorum;
    private final ClusterController here;

    ControllerSide(Quorum quorum, ClusterController here) {
        this.quorum = quorum;
        this.here = here;
    }

    @Override
    public ClusterController controller() {
        return here;
    }

    @Override
    public int nodeId() {
        return quorum.nodeId();
    }

    @Override
    public String clusterId() {
        return quorum.clusterId();
    }

    @Override
    public ClusterImage image() {
        return quorum.image();
    }

    @Override
    public Standing standing() {
        return quorum.standing();
    }

    @Override
    public Map<String, LevelRange> supportedFeatures() {
        return quorum.supportedFeatures();
    }

    @Override
    public void subscribe(Listener listener) {
        quorum.subscribe(listener);
    }

    @Override
    public CompletableFuture<Void> register(
            List<ClusterImage.BrokerEndpoint> endpoints,
            List<Uuid> logDirectories,
            long previousEpoch) {
        return quorum.register(endpoints, logDirectories, previousEpoch);
    }

    @Override
    public void directoryFailed(Uuid directoryId) {
        quorum.directoryFailed(directoryId);
    }

    @Override
    public CompletableFuture<Void> assignDirectory(Uuid topicId, int partition, Uuid directoryId) {
        return quorum.assignDirectory(topicId, partition, directoryId);
    }

    @Override
    public long brokerEpoch() {
        return quorum.brokerEpoch();
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        return quorum.controlledShutdown();
    }

    @Override
    public CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        return quorum.handle(context, header, request);
    }

    @Override
    public void onDisconnected(long connectionId) {
        quorum.onDisconnected(connectionId);
    }

    @Override
    public void close() {
        quorum.close();
    }
}
