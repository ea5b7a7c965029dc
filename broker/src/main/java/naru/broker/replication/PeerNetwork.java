package naru.broker.replication;

import naru.broker.config.Listener;
import naru.broker.config.NodeConfig;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerEndpoint;
import naru.quorum.ClusterImage.BrokerNode;
import naru.quorum.network.RenewedChannels;

import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.ChannelBuilders;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Where other brokers are reached, and how this one shows who it is: the inter-broker listener's
 * address of each, and its TLS and SASL settings ({@code inter.broker.listener.name}, {@code
 * security.inter.broker.protocol}, {@code sasl.mechanism.inter.broker.protocol} and what has the
 * listener's prefix). Any thread.
 */
public final class PeerNetwork {
    private static final String RECEIVE_BUFFER = "replica.socket.receive.buffer.bytes";
    private static final String MECHANISM = "sasl.mechanism.inter.broker.protocol";
    private static final long RECONNECT_BACKOFF_MILLIS = 50;
    private static final long RECONNECT_BACKOFF_MAX_MILLIS = 1_000;
    private static final long CONNECT_MILLIS = 10_000;
    private static final int IN_FLIGHT_MOST = 100;

    /** An answer is at most this, or what was asked for if that is more. */
    private static final int LARGEST_ANSWER_BYTES = 100 << 20;

    private final Supplier<NodeConfig> config;
    private final Supplier<ClusterImage> image;

    public PeerNetwork(Supplier<NodeConfig> config, Supplier<ClusterImage> image) {
        this.config = config;
        this.image = image;
    }

    /** Where the broker is reached now, or null when it is not known or not reached so. */
    @Nullable Node address(int broker) {
        BrokerNode known = image.get().broker(broker);
        BrokerEndpoint endpoint =
                known == null ? null : known.endpoint(config.get().interBrokerListenerName());
        return endpoint == null ? null : new Node(broker, endpoint.host(), endpoint.port());
    }

    /** As above; null also for a broker that is fenced, and so leads nothing. */
    @Nullable Node unfenced(int broker) {
        BrokerNode known = image.get().broker(broker);
        return known == null || known.fenced() ? null : address(broker);
    }

    int requestTimeoutMillis() {
        return config.get().integer("replica.socket.timeout.ms");
    }

    /**
     * A client that has no connection yet.
     *
     * @param purpose part of its client id, which the other broker sees in its log
     */
    NetworkClient open(String purpose) {
        NodeConfig now = config.get();
        String clientId = "broker-" + now.nodeId() + "-" + purpose;
        LogContext logContext = new LogContext("[" + clientId + "] ");
        Selector selector =
                new Selector(
                        Math.max(
                                LARGEST_ANSWER_BYTES,
                                2 * now.integer("replica.fetch.response.max.bytes")),
                        now.number("connections.max.idle.ms"),
                        new Metrics(),
                        Time.SYSTEM,
                        purpose,
                        Map.of("broker-id", Integer.toString(now.nodeId())),
                        false,
                        new RenewedChannels(
                                () -> channels(config.get(), logContext),
                                securityOf(now).originals()),
                        logContext);
        return new NetworkClient(
                selector,
                new ManualMetadataUpdater(),
                clientId,
                IN_FLIGHT_MOST,
                RECONNECT_BACKOFF_MILLIS,
                RECONNECT_BACKOFF_MAX_MILLIS,
                Selectable.USE_DEFAULT_BUFFER_SIZE,
                now.integer(RECEIVE_BUFFER),
                requestTimeoutMillis(),
                CONNECT_MILLIS,
                CONNECT_MILLIS,
                Time.SYSTEM,
                true,
                new ApiVersions(),
                logContext,
                MetadataRecoveryStrategy.NONE);
    }

    private ChannelBuilder channels(NodeConfig now, LogContext logContext) {
        return ChannelBuilders.clientChannelBuilder(
                protocol(now),
                JaasContext.Type.SERVER,
                securityOf(now),
                new ListenerName(now.interBrokerListenerName()),
                mechanism(now),
                Time.SYSTEM,
                logContext);
    }

    /** As this broker's own listener of the name speaks; a controller looks at the brokers'. */
    private SecurityProtocol protocol(NodeConfig config) {
        String name = config.interBrokerListenerName();
        return Stream.concat(
                        config.listeners().stream()
                                .filter(listener -> listener.name().equals(name))
                                .map(Listener::protocol),
                        image.get().brokers().stream()
                                .map(broker -> broker.endpoint(name))
                                .filter(Objects::nonNull)
                                .map(BrokerEndpoint::securityProtocol))
                .findFirst()
                .map(SecurityProtocol::forName)
                .orElse(SecurityProtocol.PLAINTEXT);
    }

    private static String mechanism(NodeConfig config) {
        String named = config.text(MECHANISM);
        return named == null ? "GSSAPI" : named;
    }

    /** Everything that was configured, of which the client takes what it knows. */
    private static AbstractConfig securityOf(NodeConfig config) {
        Map<String, Object> all = new HashMap<>(config.layers().node());
        all.putAll(config.layers().cluster());
        all.putAll(config.layers().broker());
        return new AbstractConfig(
                new ConfigDef().withClientSslSupport().withClientSaslSupport(), all, false);
    }
}
