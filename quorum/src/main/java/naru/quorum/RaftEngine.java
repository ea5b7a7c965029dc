package naru.quorum;

import naru.quorum.ClusterImage.BrokerEndpoint;
import naru.quorum.metadatalog.DiskRoom;
import naru.quorum.metadatalog.MetadataLog;
import naru.quorum.metadatalog.VoteState;
import naru.quorum.network.ControllerNetwork;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.raft.Endpoints;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.raft.internals.KafkaRaftLog;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The replicated metadata log: Kafka's Raft client, its log on disk, its thread.
 *
 * <p>Threads: one for Raft, which also writes and syncs the log, and waits where there is no room
 * for that. {@link #close()} ends it.
 */
final class RaftEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftEngine.class);
    private static final int HANDOVER_MILLIS = 1_000;

    private final int nodeId;
    private final JoinOnce config;
    private final Metrics metrics = new Metrics();
    private final ListenerName listenerName;
    private final DiskRoom room;
    private final MetadataLog log;
    private final KafkaRaftClient<ApiMessageAndVersion> client;
    private final RaftThread driver;

    /**
     * @param controllers ids of all that the metadata know
     */
    RaftEngine(
            QuorumOptions options,
            QuorumSettings settings,
            NodeStorage storage,
            ControllerNetwork network,
            EngineTimer timer,
            Supplier<Set<Integer>> controllers,
            FaultHandler fatal)
            throws IOException {
        this.nodeId = options.nodeId();
        this.config = settings.quorum();
        this.listenerName = ListenerName.normalised(options.controllers().name());
        Path folder = storage.metadataLogFolder();
        Files.createDirectories(folder);
        this.room = new DiskRoom(folder);
        this.log =
                new MetadataLog(
                        folder,
                        tasks ->
                                KafkaRaftLog.createLog(
                                        Topic.CLUSTER_METADATA_TOPIC_PARTITION,
                                        Uuid.METADATA_TOPIC_ID,
                                        folder.toFile(),
                                        Time.SYSTEM,
                                        tasks,
                                        settings.metadataLog(),
                                        nodeId),
                        timer,
                        room,
                        () -> hasOtherVoter(nodeId, controllers.get()));
        this.client =
                new KafkaRaftClient<>(
                        OptionalInt.of(nodeId),
                        storage.metadataDirectoryId(),
                        new MetadataRecordSerde(),
                        new RaftChannel(
                                network,
                                listenerName,
                                Duration.ofMillis(config.requestTimeoutMs())),
                        log,
                        Time.SYSTEM,
                        timer,
                        new LogContext("[quorum " + nodeId + "] "),
                        settings.isController(),
                        storage.clusterId(),
                        bootstrapServers(options.controllers().endpoints()),
                        endpoints(options.controllers().endpoints()),
                        Feature.KRAFT_VERSION.supportedVersionRange(),
                        config);
        config.asks(() -> address(nodeId).isPresent());
        this.driver = new RaftThread(client, nodeId, fatal, room::isClosed);
        client.initialize(
                staticVoters(storage.former(), options, FirstVoters.of(options, settings)),
                new VoteState(folder, room),
                metrics,
                ignored -> {});
    }

    private boolean hasOtherVoter(int nodeId, Set<Integer> controllers) {
        return controllers.stream()
                .anyMatch(id -> id != nodeId && client.voterNode(id, listenerName).isPresent());
    }

    /**
     * Voters that stand not in the log but in the configuration. The folder of a quorum of one can
     * do without it, since its voter can be nobody else.
     */
    private Map<Integer, InetSocketAddress> staticVoters(
            FormerMetadata former, QuorumOptions options, FirstVoters firstVoters) {
        boolean alone =
                former.voters().equals(Set.of(nodeId))
                        || (former.voters().isEmpty()
                                && firstVoters instanceof FirstVoters.ThisNode);
        if (!config.voters().isEmpty() || former.hasVotersInLog() || !alone) {
            return QuorumConfig.parseVoterConnections(config.voters());
        }
        BrokerEndpoint self = options.controllers().endpoints().getFirst();
        return Map.of(nodeId, InetSocketAddress.createUnresolved(self.host(), self.port()));
    }

    private static Endpoints endpoints(List<BrokerEndpoint> own) {
        Map<ListenerName, InetSocketAddress> addresses = new LinkedHashMap<>();
        for (BrokerEndpoint endpoint : own) {
            addresses.put(
                    ListenerName.normalised(endpoint.listenerName()),
                    InetSocketAddress.createUnresolved(endpoint.host(), endpoint.port()));
        }
        return Endpoints.fromInetSocketAddresses(addresses);
    }

    /** Raft insists on an address to ask for the quorum; a voter that is alone gives its own. */
    private List<InetSocketAddress> bootstrapServers(List<BrokerEndpoint> own) {
        if (config.voters().isEmpty() && config.bootstrapServers().isEmpty()) {
            return own.stream()
                    .map(self -> InetSocketAddress.createUnresolved(self.host(), self.port()))
                    .toList();
        }
        return QuorumConfig.parseBootstrapServers(config.bootstrapServers());
    }

    /** Where the controller of this voter is reached. */
    Optional<Node> address(int voterId) {
        return client.voterNode(voterId, listenerName);
    }

    /** All up to this offset is committed. */
    void onCommitted(long offset) {
        config.onCommitted(offset, client.logEndOffset());
    }

    KafkaRaftClient<ApiMessageAndVersion> client() {
        return client;
    }

    RaftThread driver() {
        return driver;
    }

    /** Whether Raft waits for room on its volume, and answers nobody meanwhile. */
    boolean awaitsRoom() {
        return room.isAwaited();
    }

    void start() {
        driver.start();
    }

    /**
     * Hands leadership over if there is another to take it, then closes the log. Where no majority
     * is left nobody takes it, and Raft would wait for five seconds in vain.
     */
    @Override
    public void close() {
        room.close();
        try {
            if (driver.isAlive()) {
                var _ = client.shutdown(HANDOVER_MILLIS);
                driver.join(2L * HANDOVER_MILLIS);
            }
            driver.shutdown();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (KafkaStorageException refused) {
            LOG.error("The metadata log is not synced at its end: {}", refused.getMessage());
        } finally {
            Utils.closeQuietly(log, "metadata log");
            metrics.close();
        }
    }
}
