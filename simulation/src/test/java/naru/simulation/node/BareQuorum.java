package naru.simulation.node;

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
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** A quorum whose listeners are told, and whose broker is registered, by the simulation. */
public abstract class BareQuorum implements Quorum {
    private final int nodeId;

    protected BareQuorum(int nodeId) {
        this.nodeId = nodeId;
    }

    @Override
    public final int nodeId() {
        return nodeId;
    }

    @Override
    public String clusterId() {
        return "simulation";
    }

    @Override
    public ClusterController controller() {
        throw new AssertionError("a simulated node has no controller that it may ask");
    }

    @Override
    public Standing standing() {
        return new Standing(OptionalInt.empty(), 1, 0, OptionalLong.of(0), false);
    }

    @Override
    public Map<String, LevelRange> supportedFeatures() {
        return Map.of();
    }

    @Override
    public void subscribe(Listener listener) {
        throw new UnsupportedOperationException("listeners are told by the node");
    }

    @Override
    public CompletableFuture<Void> register(
            List<ClusterImage.BrokerEndpoint> endpoints,
            List<Uuid> directories,
            long previousEpoch) {
        throw new UnsupportedOperationException("the simulation registers");
    }

    @Override
    public void directoryFailed(Uuid directoryId) {
        // A node that has lost its folder is stopped.
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        throw new UnsupportedOperationException("no controller request comes here");
    }

    @Override
    public void close() {}
}
