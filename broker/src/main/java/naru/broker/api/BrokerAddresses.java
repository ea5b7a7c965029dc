package naru.broker.api;

import naru.broker.config.NodeConfig;
import naru.broker.transport.Request;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * The address of a broker as a client is told: for this node the one on which the client reached
 * it, unless {@code advertised.listeners} says otherwise.
 */
public final class BrokerAddresses {
    private final NodeConfig config;
    private final Quorum quorum;

    public BrokerAddresses(NodeConfig config, Quorum quorum) {
        this.config = config;
        this.quorum = quorum;
    }

    /** Where a client connects to. */
    public record Address(int id, String host, int port) {}

    /** Null when the broker is not there, or has no listener of the client's kind. */
    public @Nullable Address of(int brokerId, Request request) {
        String listener = request.listenerName();
        if (brokerId == quorum.nodeId() && config.advertised(listener) == null) {
            InetSocketAddress reached = request.localAddress();
            return new Address(brokerId, reached.getAddress().getHostAddress(), reached.getPort());
        }
        ClusterImage.BrokerNode broker = quorum.image().broker(brokerId);
        if (broker == null || broker.fenced()) {
            return null;
        }
        ClusterImage.BrokerEndpoint endpoint = broker.endpoint(listener);
        return endpoint == null ? null : new Address(brokerId, endpoint.host(), endpoint.port());
    }
}
