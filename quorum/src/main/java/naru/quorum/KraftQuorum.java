package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.SnapshotEmitter;
import org.apache.kafka.image.publisher.SnapshotGenerator;
import org.apache.kafka.metadata.SupportedConfigChecker;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Kafka's KRaft engine in this process: voter and controller in one.
 *
 * <p>Threads: Raft, controller, metadata loader, snapshot writer and timer, one each; a sixth for
 * the network when there are other voters. All end in {@link #close()}.
 */
public final class KraftQuorum implements Quorum {
    private static final Logger LOG = LoggerFactory.getLogger(KraftQuorum.class);

    private final QuorumOptions options;
    private final NodeStorage storage;
    private final ImagePublication publication;
    private final BrokerMembership membership;
    private final DirectoryAssignments assignments;
    private final LocalController controller;
    private final ControllerListener listener;
    private final Deque<AutoCloseable> parts;

    /**
     * Starts the engine, formatting the data folders when they are new, and returns without waiting
     * for an election.
     *
     * @throws StorageRefusedException when a folder is not this node's or cannot be used
     * @throws ConfigException when a property is bad
     */
    public static KraftQuorum open(QuorumOptions options) {
        QuorumSettings settings = new QuorumSettings(options.properties());
        if (!settings.roles().contains("controller")) {
            throw new ConfigException(
                    KRaftConfigs.PROCESS_ROLES_CONFIG,
                    settings.roles(),
                    "must contain controller: a node votes in its own quorum");
        }
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            return new KraftQuorum(options, settings, parts);
        } catch (RuntimeException refused) {
            closeAll(parts);
            throw refused;
        } catch (Exception fault) {
            closeAll(parts);
            throw new StorageRefusedException("The metadata quorum cannot start: " + fault, fault);
        }
    }

    private KraftQuorum(QuorumOptions options, QuorumSettings settings, Deque<AutoCloseable> parts)
            throws Exception {
        this.options = options;
        this.parts = parts;
        String folder = settings.metadataFolder();
        this.storage =
                NodeStorage.open(
                        options,
                        folder == null ? options.dataFolders().getFirst() : Path.of(folder),
                        FirstVoters.of(options, settings));
        FaultHandler fatal = EngineFaults.fatal(options.fatalFault());
        EngineTimer timer = new EngineTimer(options.nodeId());
        parts.push(timer);
        RaftEngine raft = new RaftEngine(options, settings, storage, timer, fatal);
        MetadataLoader loader = loader(options.nodeId(), raft);
        parts.push(loader);
        parts.push(raft);
        raft.client().register(loader);
        TokenPublication tokens = new TokenPublication(settings.delegationTokenSecret());
        QuorumController engine =
                ControllerEngine.start(options, settings, storage, raft, tokens.cache(), fatal);
        parts.push(engine);
        this.membership = new BrokerMembership(options, settings, storage, engine, timer);
        parts.push(membership::stop);
        this.assignments =
                new DirectoryAssignments(options.nodeId(), membership::epoch, engine, timer);
        parts.push(assignments::stop);
        ControllerMembership asController =
                new ControllerMembership(
                        options.nodeId(), options.controllerEndpoint(), engine, timer);
        this.publication =
                new ImagePublication(
                        loader,
                        () -> raft.client().kraftVersion().featureLevel(),
                        image -> {
                            membership.onImage(image);
                            assignments.proceed();
                            asController.onImage(image);
                        });
        var _ = loader.installPublishers(List.of(tokens, publication, snapshots(settings, raft)));
        RaftRequests requests =
                new RaftRequests(raft.driver(), options.controllerEndpoint().listenerName());
        this.controller =
                new LocalController(
                        options.nodeId(),
                        engine,
                        requests,
                        settings.topicsMayBeDeleted(),
                        membership::epoch);
        this.listener =
                new ControllerListener(
                        controller,
                        new NodeRequests(
                                storage.clusterId(),
                                engine,
                                settings.heartbeatIntervalMillis(),
                                publication::image),
                        new SecurityRequests(engine),
                        requests);
        raft.start();
    }

    private static MetadataLoader loader(int nodeId, RaftEngine raft) {
        return new MetadataLoader.Builder()
                .setNodeId(nodeId)
                .setTime(Time.SYSTEM)
                .setThreadNamePrefix("quorum-" + nodeId + "-")
                .setFaultHandler(EngineFaults.nonFatal())
                .setHighWaterMarkAccessor(raft.client()::highWatermark)
                .setSupportedConfigChecker(SupportedConfigChecker.TRUE)
                .build();
    }

    private SnapshotGenerator snapshots(QuorumSettings settings, RaftEngine raft) {
        SnapshotEmitter emitter =
                new SnapshotEmitter.Builder()
                        .setNodeId(options.nodeId())
                        .setRaftClient(raft.client())
                        .build();
        return new SnapshotGenerator.Builder(emitter)
                .setNodeId(options.nodeId())
                .setTime(Time.SYSTEM)
                .setFaultHandler(EngineFaults.nonFatal())
                .setMaxBytesSinceLastSnapshot(settings.snapshotAfterBytes())
                .setMaxTimeSinceLastSnapshotNs(settings.snapshotAfter().toNanos())
                .setThreadNamePrefix("quorum-" + options.nodeId() + "-")
                .build();
    }

    @Override
    public int nodeId() {
        return options.nodeId();
    }

    @Override
    public String clusterId() {
        return storage.clusterId();
    }

    /** The id of each data folder, as its {@code meta.properties} has it. */
    public Map<Path, Uuid> directoryIds() {
        return storage.directoryIds();
    }

    /** Data folders that cannot be used, with the reason. */
    public Map<Path, String> offlineFolders() {
        return storage.offlineFolders();
    }

    @Override
    public ClusterImage image() {
        return publication.image();
    }

    @Override
    public Map<String, LevelRange> supportedFeatures() {
        Map<String, LevelRange> ranges = new TreeMap<>();
        QuorumFeatures.defaultSupportedFeatureMap(false)
                .forEach((name, range) ->
                        ranges.put(name, new LevelRange(range.min(), range.max())));
        return ranges;
    }

    @Override
    public ClusterController controller() {
        return controller;
    }

    @Override
    public void subscribe(Listener newListener) {
        publication.subscribe(newListener);
    }

    @Override
    public CompletableFuture<Void> register(
            List<ClusterImage.BrokerEndpoint> endpoints,
            List<Uuid> logDirectories,
            long previousEpoch) {
        return membership.register(endpoints, logDirectories, previousEpoch);
    }

    @Override
    public long brokerEpoch() {
        return membership.epoch();
    }

    @Override
    public void directoryFailed(Uuid directoryId) {
        membership.directoryFailed(directoryId);
    }

    @Override
    public CompletableFuture<Void> assignDirectory(Uuid topicId, int partition, Uuid directoryId) {
        return assignments.assign(topicId, partition, directoryId);
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        return membership.leave();
    }

    @Override
    public CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        return listener.handle(context, header, request);
    }

    @Override
    public void close() {
        closeAll(parts);
    }

    /** In the opposite order of their start. */
    private static void closeAll(Deque<AutoCloseable> parts) {
        synchronized (parts) {
            while (!parts.isEmpty()) {
                AutoCloseable part = parts.pop();
                try {
                    part.close();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                } catch (Exception fault) {
                    LOG.warn("A part of the quorum did not close cleanly", fault);
                }
            }
        }
    }
}
