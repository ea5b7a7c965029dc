package naru.quorum;

import naru.quorum.network.ControllerNetwork;
import naru.quorum.network.KafkaControllerNetwork;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.image.publisher.SnapshotEmitter;
import org.apache.kafka.image.publisher.SnapshotGenerator;
import org.apache.kafka.metadata.SupportedConfigChecker;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.server.fault.FaultHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Kafka's KRaft engine in this process: with the role {@code controller} a voter, or one to be, and
 * a controller; without it an observer.
 *
 * <p>Threads: Raft, controller, metadata loader, snapshot writer and timer, one each; a sixth for
 * the network once there is somebody to talk to. All end in {@link #close()}.
 */
public final class KraftQuorum implements Quorum {
    private static final Logger LOG = LoggerFactory.getLogger(KraftQuorum.class);

    private final QuorumOptions options;
    private final NodeStorage storage;
    private final RaftEngine raft;
    private final ImagePublication publication;
    private final BrokerMembership membership;
    private final DirectoryAssignments assignments;
    private final RoutedController controller;
    private final @Nullable ControllerPart part;
    private final Deque<AutoCloseable> parts;

    /**
     * Starts the engine, formatting the data folders when they are new, and returns without waiting
     * for an election. A new folder of a node that is not alone waits until another says which
     * cluster it is of.
     *
     * @throws StorageRefusedException when a folder is not this node's or cannot be used
     * @throws ConfigException when a property is bad
     */
    public static KraftQuorum open(QuorumOptions options) {
        NetworkSettings security = new NetworkSettings(options);
        return open(
                options, new KafkaControllerNetwork(options.nodeId(), security::channelBuilder));
    }

    /**
     * @param network to the other nodes; closed with the quorum
     */
    public static KraftQuorum open(QuorumOptions options, ControllerNetwork network) {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        parts.push(network);
        try {
            return new KraftQuorum(options, network, parts);
        } catch (RuntimeException refused) {
            closeAll(parts);
            throw refused;
        } catch (Exception fault) {
            closeAll(parts);
            throw new StorageRefusedException("The metadata quorum cannot start: " + fault, fault);
        }
    }

    private KraftQuorum(
            QuorumOptions options, ControllerNetwork network, Deque<AutoCloseable> parts)
            throws Exception {
        QuorumSettings settings = new QuorumSettings(options.properties());
        this.options = options;
        this.parts = parts;
        this.storage = storage(options, settings, network);
        FaultHandler fatal = EngineFaults.fatal(options.fatalFault());
        EngineTimer timer = new EngineTimer(options.nodeId());
        parts.push(timer);
        this.raft =
                new RaftEngine(
                        options,
                        settings,
                        storage,
                        network,
                        timer,
                        () -> imageView().controllers(),
                        fatal);
        MetadataLoader loader = loader(options.nodeId(), raft, fatal);
        parts.push(loader);
        parts.push(raft);
        raft.client().register(loader);
        TokenPublication tokens = new TokenPublication(settings.delegationTokenSecret());
        this.part =
                settings.isController()
                        ? controllerPart(settings, tokens, network, timer, fatal)
                        : null;
        ActiveController active =
                new ActiveController(
                        options.nodeId(),
                        raft.client()::leaderAndEpoch,
                        raft::address,
                        part,
                        network);
        this.membership = new BrokerMembership(options, settings, storage, active, timer);
        parts.push(membership::stop);
        this.assignments =
                new DirectoryAssignments(options.nodeId(), membership::epoch, active, timer);
        parts.push(assignments::stop);
        RoutedCalls calls = new RoutedCalls(timer);
        parts.push(calls::close);
        this.controller = new RoutedController(options.nodeId(), active, calls, membership::epoch);
        this.publication =
                new ImagePublication(
                        loader,
                        () -> raft.client().kraftVersion().featureLevel(),
                        followers(active, timer, calls));
        var _ = loader.installPublishers(publishers(settings, tokens));
        raft.start();
    }

    /** Kafka's controller looks for tokens in what is published, and no observer does. */
    private List<MetadataPublisher> publishers(QuorumSettings settings, TokenPublication tokens) {
        MetadataPublisher snapshots = snapshots(settings, raft);
        return part == null
                ? List.of(publication, snapshots)
                : List.of(tokens, publication, snapshots);
    }

    private static NodeStorage storage(
            QuorumOptions options, QuorumSettings settings, ControllerNetwork network) {
        FirstVoters firstVoters = FirstVoters.of(options, settings);
        ClusterIdInquiry inquiry =
                new ClusterIdInquiry(
                        network, firstVoters.others(options.nodeId()), settings.startBound());
        String folder = settings.metadataFolder();
        return NodeStorage.open(
                options,
                folder == null ? options.dataFolders().getFirst() : Path.of(folder),
                firstVoters,
                () -> inquiry.clusterId(firstVoters.mayFound(options.nodeId())));
    }

    private ControllerPart controllerPart(
            QuorumSettings settings,
            TokenPublication tokens,
            ControllerNetwork network,
            EngineTimer timer,
            FaultHandler fatal)
            throws Exception {
        QuorumController engine =
                ControllerEngine.start(options, settings, storage, raft, tokens.cache(), fatal);
        parts.push(engine);
        RaftRequests requests = new RaftRequests(raft, options.controllers().name());
        LocalController administration =
                new LocalController(
                        options.nodeId(),
                        engine,
                        requests,
                        settings.topicsMayBeDeleted(),
                        this::brokerEpoch);
        DeadBrokers deadBrokers =
                new DeadBrokers(
                        options.nodeId(),
                        network,
                        heartbeat ->
                                engine.processBrokerHeartbeat(
                                        Requests.internal(ApiKeys.BROKER_HEARTBEAT), heartbeat),
                        timer,
                        Duration.ofMillis(settings.heartbeatIntervalMillis() * 3L / 2),
                        System::nanoTime);
        ControllerListener listener =
                new ControllerListener(
                        administration,
                        new NodeRequests(
                                storage.clusterId(),
                                engine,
                                settings.heartbeatIntervalMillis(),
                                this::imageView,
                                deadBrokers),
                        new SecurityRequests(engine),
                        requests);
        return new ControllerPart(administration, listener, deadBrokers);
    }

    /** Those of this module that look at each image. */
    private Consumer<ImageView> followers(
            ActiveController active, EngineTimer timer, RoutedCalls calls) {
        FeatureGuard features = new FeatureGuard(supportedFeatures(), options.fatalFault());
        ControllerMembership asController =
                new ControllerMembership(
                        options.nodeId(), options.controllers().endpoints(), active, timer);
        return image -> {
            calls.onLeader(image.controllerId());
            membership.onImage(image);
            assignments.proceed();
            if (part != null) {
                asController.onImage(image);
                part.deadBrokers().onImage(image);
            }
            features.onImage(image);
        };
    }

    private static MetadataLoader loader(int nodeId, RaftEngine raft, FaultHandler fatal) {
        return new MetadataLoader.Builder()
                .setNodeId(nodeId)
                .setTime(Time.SYSTEM)
                .setThreadNamePrefix("quorum-" + nodeId + "-")
                .setFaultHandler(fatal)
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

    /** Whether this node takes no part in the quorum because its volume has no room. */
    boolean awaitsRoom() {
        return raft.awaitsRoom();
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

    private ImageView imageView() {
        return publication.image();
    }

    @Override
    public Standing standing() {
        LeaderAndEpoch leader = raft.client().leaderAndEpoch();
        return new Standing(
                leader.leaderId(),
                leader.epoch(),
                raft.client().logEndOffset(),
                raft.client().highWatermark(),
                membership.epoch() >= 0 && membership.isFenced());
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

    /**
     * This node's own controller, whose futures fail where it is not the active one.
     *
     * @throws IllegalStateException when this node has not the role
     */
    public ClusterController controllerHere() {
        if (part == null) {
            throw new IllegalStateException("this node has not the role controller");
        }
        return part.administration();
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

    /**
     * These data folders, and no others, get no new replicas (KIP-1066): the controller is told
     * with the next heartbeat, once the cluster's metadata version knows of that.
     */
    public void cordon(Set<Uuid> directoryIds) {
        membership.cordon(directoryIds);
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
        return part == null
                ? CompletableFuture.failedFuture(
                        new NotControllerException("This node has not the role controller."))
                : part.listener().handle(context, header, request);
    }

    @Override
    public void onDisconnected(long connectionId) {
        if (part != null) {
            part.deadBrokers().onDisconnected(Long.toString(connectionId));
        }
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
