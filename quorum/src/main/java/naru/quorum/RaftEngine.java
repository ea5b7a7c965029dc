package naru.quorum;

import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.network.PlaintextChannelBuilder;
import org.apache.kafka.common.network.Selectable;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.Endpoints;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.raft.KafkaNetworkChannel;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.KafkaRaftClientDriver;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.raft.internals.KafkaRaftLog;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.fault.FaultHandler;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The replicated metadata log: Kafka's Raft client, its log on disk, its thread.
 *
 * <p>Threads: one for Raft, which also writes and syncs the log; one more when there are others to
 * talk to. {@link #close()} ends them.
 */
final class RaftEngine implements AutoCloseable {
    private static final int IDLE_CONNECTION_MILLIS = 600_000;
    private static final int RECONNECT_BACKOFF_MILLIS = 50;
    private static final int RECONNECT_BACKOFF_MAX_MILLIS = 500;
    private static final int RECEIVE_BUFFER_BYTES = 64 * 1024;
    private static final int CONNECT_TIMEOUT_MILLIS = 10_000;
    private static final int CONNECT_TIMEOUT_MAX_MILLIS = 30_000;

    private final int nodeId;
    private final LogContext logContext;
    private final QuorumConfig config;
    private final Metrics metrics = new Metrics();
    private final LazyChannel channel;
    private final KafkaRaftLog log;
    private final KafkaRaftClient<ApiMessageAndVersion> client;
    private final KafkaRaftClientDriver<ApiMessageAndVersion> driver;

    RaftEngine(
            QuorumOptions options,
            QuorumSettings settings,
            NodeStorage storage,
            EngineTimer timer,
            FaultHandler fatal)
            throws IOException {
        this.nodeId = options.nodeId();
        this.config = settings.quorum();
        this.logContext = new LogContext("[quorum " + nodeId + "] ");
        ClusterImage.BrokerEndpoint endpoint = options.controllerEndpoint();
        ListenerName listener = ListenerName.normalised(endpoint.listenerName());
        Path folder = storage.metadataLogFolder();
        Files.createDirectories(folder);
        this.log =
                KafkaRaftLog.createLog(
                        Topic.CLUSTER_METADATA_TOPIC_PARTITION,
                        Uuid.METADATA_TOPIC_ID,
                        folder.toFile(),
                        Time.SYSTEM,
                        timer,
                        settings.metadataLog(),
                        nodeId);
        this.channel = new LazyChannel(listener, () -> openNetwork(listener));
        this.client =
                new KafkaRaftClient<>(
                        OptionalInt.of(nodeId),
                        storage.metadataDirectoryId(),
                        new MetadataRecordSerde(),
                        channel,
                        log,
                        Time.SYSTEM,
                        timer,
                        logContext,
                        true,
                        storage.clusterId(),
                        bootstrapServers(endpoint),
                        Endpoints.fromInetSocketAddresses(
                                Map.of(
                                        listener,
                                        InetSocketAddress.createUnresolved(
                                                endpoint.host(), endpoint.port()))),
                        Feature.KRAFT_VERSION.supportedVersionRange(),
                        config);
        this.driver =
                new KafkaRaftClientDriver<>(client, "quorum-" + nodeId + "-", fatal, logContext);
        client.initialize(
                staticVoters(storage.former(), endpoint, FirstVoters.of(options, settings)),
                new FileQuorumStateStore(
                        folder.resolve(FileQuorumStateStore.DEFAULT_FILE_NAME).toFile()),
                metrics,
                ignored -> {});
    }

    /**
     * Voters that stand not in the log but in the configuration. The folder of a quorum of one can
     * do without it, since its voter can be nobody else.
     */
    private Map<Integer, InetSocketAddress> staticVoters(
            FormerMetadata former, ClusterImage.BrokerEndpoint self, FirstVoters firstVoters) {
        boolean alone = former.voters().contains(nodeId) || firstVoters == FirstVoters.THIS_NODE;
        return config.voters().isEmpty() && !former.hasVotersInLog() && alone
                ? Map.of(nodeId, InetSocketAddress.createUnresolved(self.host(), self.port()))
                : QuorumConfig.parseVoterConnections(config.voters());
    }

    /** Raft insists on an address to ask for the quorum; a voter that is alone gives its own. */
    private List<InetSocketAddress> bootstrapServers(ClusterImage.BrokerEndpoint self) {
        if (config.voters().isEmpty() && config.bootstrapServers().isEmpty()) {
            return List.of(InetSocketAddress.createUnresolved(self.host(), self.port()));
        }
        return QuorumConfig.parseBootstrapServers(config.bootstrapServers());
    }

    KafkaRaftClient<ApiMessageAndVersion> client() {
        return client;
    }

    KafkaRaftClientDriver<ApiMessageAndVersion> driver() {
        return driver;
    }

    void start() {
        driver.start();
    }

    private KafkaNetworkChannel openNetwork(ListenerName listener) {
        PlaintextChannelBuilder channels = new PlaintextChannelBuilder(null);
        channels.configure(Map.of());
        Selector selector =
                new Selector(
                        NetworkReceive.UNLIMITED,
                        IDLE_CONNECTION_MILLIS,
                        metrics,
                        Time.SYSTEM,
                        "raft-channel",
                        Map.of(),
                        false,
                        channels,
                        logContext);
        NetworkClient network =
                new NetworkClient(
                        selector,
                        new ManualMetadataUpdater(),
                        "raft-client-" + nodeId,
                        1,
                        RECONNECT_BACKOFF_MILLIS,
                        RECONNECT_BACKOFF_MAX_MILLIS,
                        Selectable.USE_DEFAULT_BUFFER_SIZE,
                        RECEIVE_BUFFER_BYTES,
                        config.requestTimeoutMs(),
                        CONNECT_TIMEOUT_MILLIS,
                        CONNECT_TIMEOUT_MAX_MILLIS,
                        Time.SYSTEM,
                        true,
                        new ApiVersions(),
                        logContext,
                        MetadataRecoveryStrategy.NONE);
        return new KafkaNetworkChannel(
                Time.SYSTEM, listener, network, config.requestTimeoutMs(), "quorum-" + nodeId);
    }

    /** Hands leadership over if there is another to take it, then closes the log. */
    @Override
    public void close() {
        try {
            driver.shutdown();
            channel.close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            Utils.closeQuietly(log, "metadata log");
            metrics.close();
        }
    }
}
