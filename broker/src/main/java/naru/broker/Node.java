package naru.broker;

import io.prometheus.metrics.model.registry.MultiCollector;

import naru.broker.access.Access;
import naru.broker.api.Addresses;
import naru.broker.api.ImageWait;
import naru.broker.api.QuorumRequests;
import naru.broker.api.TopicCreation;
import naru.broker.audit.AuditFile;
import naru.broker.audit.AuditTrail;
import naru.broker.config.ConfigValidator;
import naru.broker.config.ConnectionOverrides;
import naru.broker.config.DynamicConfig;
import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.broker.coordinator.AlarmClock;
import naru.broker.delivery.BatchDelivery;
import naru.broker.enforce.Enforcement;
import naru.broker.enforce.Quarantine;
import naru.broker.enforce.RecordCheck;
import naru.broker.enforce.RecordGate;
import naru.broker.fetch.FetchSessions;
import naru.broker.login.ClusterCredentials;
import naru.broker.login.FirstUser;
import naru.broker.login.Protections;
import naru.broker.login.TokenKey;
import naru.broker.metrics.ClientMetrics;
import naru.broker.metrics.CompactionMetrics;
import naru.broker.metrics.EnforcementMetrics;
import naru.broker.metrics.PartitionMetrics;
import naru.broker.metrics.QuorumMetrics;
import naru.broker.metrics.QuotaMetrics;
import naru.broker.metrics.TransportMetrics;
import naru.broker.newcomer.Newcomers;
import naru.broker.partition.Moves;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.broker.partition.SinceRegistration;
import naru.broker.quota.ClientQuotas;
import naru.broker.telemetry.ClientTelemetry;
import naru.broker.transport.ApiTable;
import naru.broker.transport.ConnectionLimits;
import naru.broker.transport.Transport;
import naru.broker.transport.TransportOptions;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogStorageException;
import naru.log.disk.Disk;
import naru.log.disk.LocalDisk;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerEndpoint;
import naru.quorum.ControllerListeners;
import naru.quorum.FatalFault;
import naru.quorum.KraftQuorum;
import naru.quorum.Quorum;
import naru.quorum.QuorumOptions;
import naru.quorum.StorageRefusedException;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node: broker, controller, or both in this process. Serves from the end of {@link #start} to
 * {@link #close}; several may run side by side on folders and ports of their own.
 */
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.node");
    private static final long LEAVE_WITHIN_SECONDS = 30;

    private final NodeConfig config;
    private final AuditTrail trail;
    private final Listeners listeners;
    private final Transport transport;
    private final KraftQuorum quorum;
    private final ClientQuotas quotas;
    private final Newcomers newcomers;
    private final @Nullable BrokerPart broker;
    private final @Nullable ClusterBalance balance;
    private final Enforcement enforcement;
    private final ApiTable brokerApis = new ApiTable();
    private final ApiTable controllerApis = new ApiTable().withoutQuotas();
    private final ClusterCredentials credentials = new ClusterCredentials();
    private final Deque<AutoCloseable> parts;
    private boolean closed;

    /** What the role {@code broker} adds. */
    private record BrokerPart(
            Partitions partitions, ClientTelemetry telemetry, Replicas replicas) {}

    /**
     * Starts a node and returns when it serves.
     *
     * @param fatalFault told when the metadata engine cannot go on; the node must then be ended
     * @throws StartException with a sentence for the person who starts it
     */
    public static Node start(NodeConfig config, FatalFault fatalFault) throws StartException {
        return start(config, fatalFault, RecordCheck.NONE);
    }

    /**
     * @param records asked where topics demand something of their records
     */
    public static Node start(NodeConfig config, FatalFault fatalFault, RecordCheck records)
            throws StartException {
        return start(config, fatalFault, AccessControl.of(config), new LocalDisk(), records);
    }

    static Node start(NodeConfig config, FatalFault fatalFault, AccessControl control)
            throws StartException {
        return start(config, fatalFault, control, new LocalDisk());
    }

    /**
     * @param disk of the partitions' logs
     */
    static Node start(NodeConfig config, FatalFault fatalFault, AccessControl control, Disk disk)
            throws StartException {
        return start(config, fatalFault, control, disk, RecordCheck.NONE);
    }

    private static Node start(
            NodeConfig config,
            FatalFault fatalFault,
            AccessControl control,
            Disk disk,
            RecordCheck records)
            throws StartException {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        boolean serves = false;
        try {
            Node node = new Node(config, fatalFault, control, disk, records, parts);
            node.begin();
            serves = true;
            return node;
        } catch (IOException | StorageRefusedException | ConfigException | LogStorageException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        } finally {
            if (!serves) {
                closeAll(parts);
            }
        }
    }

    private Node(
            NodeConfig config,
            FatalFault fatalFault,
            AccessControl control,
            Disk disk,
            RecordCheck records,
            Deque<AutoCloseable> parts)
            throws IOException, StartException {
        this.config = config;
        this.trail = control.trail();
        this.enforcement = new Enforcement(records);
        parts.push(enforcement);
        this.parts = parts;
        DynamicConfig dynamic = new DynamicConfig(config);
        LogFolders folders = LogFolders.hold(config, disk, parts);
        Protections protections = protect(dynamic, control);
        QuotaEnforcement quotaRules = new QuotaEnforcement(dynamic);
        this.quotas = quotaRules.quotas();
        this.transport = new Transport(transportOptions(config), limits(dynamic), quotas);
        parts.push(transport);
        this.listeners = new Listeners(config, protections);
        listeners.bind(transport, brokerApis, controllerApis);
        this.quorum = KraftQuorum.open(quorumOptions(folders, dynamic, protections, fatalFault));
        parts.push(quorum);
        transport.onClosed(quorum::onDisconnected);
        credentials.open(quorum);
        this.newcomers =
                new Newcomers(
                        quorum,
                        control.rules(),
                        TokenKey.of(config.value(TokenKey.SETTING)),
                        Clock.systemUTC());
        ImageWait images = new ImageWait(quorum);
        if (config.isController()) {
            serveController(dynamic, images, control);
        }
        this.broker =
                config.isBroker()
                        ? serveBroker(folders, dynamic, images, control, quotaRules, fatalFault)
                        : null;
        if (broker == null) {
            subscribe(control.rules(), dynamic, quotaRules, images);
        }
        this.balance = config.isController() ? balance(dynamic) : null;
    }

    private ClusterBalance balance(DynamicConfig dynamic) {
        ClusterBalance made =
                new ClusterBalance(dynamic, quorum, broker == null ? null : broker.replicas());
        parts.push(made);
        return made;
    }

    private void serveController(DynamicConfig dynamic, ImageWait images, AccessControl control) {
        Quorum here = new ControllerSide(quorum, quorum.controllerHere());
        ApiTable shared = new ApiTable();
        BrokerApis.serveLogin(shared);
        AdministrationApis.serveChanges(shared, here, dynamic, images, control, quotas);
        QuorumRequests.serve(controllerApis, shared, here, control.access());
    }

    private BrokerPart serveBroker(
            LogFolders folders,
            DynamicConfig dynamic,
            ImageWait images,
            AccessControl control,
            QuotaEnforcement quotaRules,
            FatalFault fatalFault) {
        TopicConfigs topics = new TopicConfigs(dynamic::current, quorum::image);
        LogDirectories logs = folders.open(quorum, topics, dynamic, fatalFault);
        parts.push(() -> logs.close(quorum.brokerEpoch()));
        AlarmClock alarms = new AlarmClock();
        parts.push(alarms);
        Replicas replicas = new Replicas(config, dynamic, quorum, alarms);
        parts.push(replicas);
        Partitions partitions =
                new Partitions(
                        config.nodeId(),
                        logs,
                        topics,
                        quorum::assignDirectory,
                        replicas.replication());
        FetchSessions fetchSessions =
                new FetchSessions(
                        () -> config.integer("max.incremental.fetch.session.cache.slots"));
        Access access = control.access();
        PartitionLookup lookup = new PartitionLookup(partitions, quorum);
        ShareApis shares =
                new ShareApis(dynamic, quorum, partitions, topics, replicas.peers(), alarms);
        parts.push(shares.coordinator());
        Coordinators coordinators =
                new Coordinators(config, quorum, lookup, alarms, replicas.peers(), shares);
        coordinators.parts().forEach(parts::push);
        coordinators.listeners().forEach(partitions::addListener);
        TopicCreation creation = new TopicCreation(quorum, images, dynamic::current);
        Addresses addresses = new Addresses(dynamic::current);
        BrokerApis.serveData(
                brokerApis,
                quorum,
                lookup,
                coordinators.enrolment(),
                dynamic,
                fetchSessions,
                access,
                quotas,
                replicas,
                gate(partitions, topics, replicas, images, alarms));
        AdministrationApis.serve(
                brokerApis, quorum, dynamic, images, creation, addresses, control, quotas);
        serveLogFolders(partitions, dynamic, access);
        ClientTelemetry telemetry =
                new ClientTelemetry(
                        config.integer("telemetry.max.bytes"),
                        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        AdministrationApis.serveTelemetry(brokerApis, telemetry);
        coordinators.serve(brokerApis, addresses, access);
        shares.serve(brokerApis, transport, addresses, quorum, coordinators.groups(), access);
        subscribe(
                control.rules(),
                dynamic,
                quotaRules,
                new TelemetryWishes(telemetry),
                new SinceRegistration(config.nodeId(), quorum::brokerEpoch, partitions),
                coordinators.surroundings(),
                coordinators.groupEvents(),
                shares.events(),
                images);
        replicas.lookAfter(partitions);
        return new BrokerPart(partitions, telemetry, replicas);
    }

    private RecordGate gate(
            Partitions partitions,
            TopicConfigs topics,
            Replicas replicas,
            ImageWait images,
            AlarmClock alarms) {
        int timeoutMillis = config.integer("replica.socket.timeout.ms");
        return new RecordGate(
                enforcement,
                new Quarantine(
                        quorum,
                        topics,
                        new BatchDelivery(partitions, replicas.peers(), alarms, timeoutMillis),
                        images::untilKnown,
                        Clock.systemUTC()));
    }

    private void serveLogFolders(Partitions partitions, DynamicConfig dynamic, Access access) {
        Moves moves =
                new Moves(
                        partitions,
                        quorum::assignDirectory,
                        () -> dynamic.current().moveBytesPerSecond(),
                        Clock.systemUTC());
        parts.push(moves);
        partitions.addListener(moves);
        moves.start();
        AdministrationApis.serveLogFolders(brokerApis, partitions, moves, access);
    }

    private void subscribe(Quorum.@Nullable Listener... inOrder) {
        for (Quorum.Listener listener : inOrder) {
            if (listener != null) {
                quorum.subscribe(listener);
            }
        }
    }

    private static ConnectionLimits limits(DynamicConfig dynamic) {
        ConnectionLimits limits = new ConnectionLimits();
        limits.set(limits(dynamic.current()));
        dynamic.subscribe((changed, now) -> limits.set(limits(now)));
        return limits;
    }

    private Protections protect(DynamicConfig dynamic, AccessControl control) {
        AuditFile audit = control.file();
        if (audit != null) {
            parts.push(audit);
        }
        Protections protections = new Protections(config, credentials, control.trail());
        parts.push(protections);
        dynamic.subscribe(protections);
        return protections;
    }

    private static TransportOptions transportOptions(NodeConfig config) {
        long queued = config.number("queued.max.request.bytes");
        long idle = config.number("connections.max.idle.ms");
        return new TransportOptions(
                config.loops(),
                config.integer("socket.request.max.bytes"),
                queued > 0 ? queued : Runtime.getRuntime().maxMemory() / 4,
                idle < 0 ? Long.MAX_VALUE / 8 : idle,
                config.integer("socket.send.buffer.bytes"),
                config.integer("socket.receive.buffer.bytes"),
                config.integer("socket.listen.backlog.size"));
    }

    private static ConnectionLimits.Limits limits(NodeConfig config) {
        Map<InetAddress, Integer> overrides = new HashMap<>();
        String text = config.text("max.connections.per.ip.overrides");
        Map<String, Integer> parsed = text == null ? null : ConnectionOverrides.parse(text);
        if (parsed != null) {
            parsed.forEach((host, limit) -> {
                try {
                    overrides.put(InetAddress.getByName(host), limit);
                } catch (UnknownHostException e) {
                    LOG.warn("max.connections.per.ip.overrides names {}, unknown here", host);
                }
            });
        }
        return new ConnectionLimits.Limits(
                config.integer("max.connections"),
                config.integer("max.connections.per.ip"),
                Map.copyOf(overrides));
    }

    private QuorumOptions quorumOptions(
            LogFolders folders,
            DynamicConfig dynamic,
            Protections protections,
            FatalFault fatalFault) {
        ConfigValidator validator = new ConfigValidator(dynamic::current, protections);
        List<BrokerEndpoint> endpoints = listeners.controllerEndpoints();
        boolean secluded = config.isController() && endpoints.isEmpty();
        return new QuorumOptions(
                config.nodeId(),
                config.text(NaruSettings.CLUSTER_ID),
                new ControllerListeners(
                        config.controllerListenerName(),
                        config.controllerProtocol(),
                        secluded ? List.of(noControllerListener()) : endpoints,
                        secluded),
                folders.held(),
                config.layers().node(),
                validator.rules(),
                fatalFault);
    }

    /** Where nobody listens: Raft insists on an address of a voter that is alone. */
    private BrokerEndpoint noControllerListener() {
        return new BrokerEndpoint(
                config.controllerListenerName(), "localhost", 9093, config.controllerProtocol());
    }

    private void begin() throws StartException {
        transport.startWith(listeners.controllerNames());
        if (broker != null) {
            register(broker.partitions());
        }
        transport.start();
        if (balance != null) {
            balance.start();
        }
    }

    private void register(Partitions partitions) throws StartException {
        int boundMillis = config.integer("initial.broker.registration.timeout.ms");
        try {
            LogDirectories logs = partitions.logs();
            List<Uuid> directories =
                    logs.opened().stream().map(LogDirectory::directoryId).sorted().toList();
            long previousEpoch = logs.previousBrokerEpoch().orElse(-1);
            quorum.register(listeners.endpoints(), directories, previousEpoch)
                    .get(boundMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new StartException("The controller refused this broker: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new StartException(
                    "The controller did not take this broker in within "
                            + TimeUnit.MILLISECONDS.toSeconds(boundMillis)
                            + " s (initial.broker.registration.timeout.ms); the log says what it"
                            + " waits for",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("The start was interrupted", e);
        }
        ClusterImage image = quorum.image();
        if (!config.enforcesAccess() && !image.accessRules().isEmpty()) {
            LOG.warn(
                    "The cluster has {} access rules and this node has no authorizer.class.name:"
                            + " nobody is held back",
                    image.accessRules().size());
        }
        partitions.logs().retainOnly(log -> partitions.isPlacedHere(image, log));
    }

    /**
     * Makes a user where there is none of this name.
     *
     * @throws StartException when the controller does not
     */
    public void add(FirstUser user) throws StartException {
        try {
            user.addTo(quorum);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("The start was interrupted", e);
        } catch (IllegalStateException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Addresses for clients on this machine, one for each listener. */
    public List<String> bootstrap() {
        return listeners.bootstrap();
    }

    /**
     * Properties by which Kafka's clients in this process reach this node, as the node itself;
     * empty where it is no broker.
     */
    public Map<String, Object> forOwnClients() {
        return listeners.forOwnClients();
    }

    /**
     * How clients of users who log in reach this node; empty where no listener asks for a login.
     */
    public Optional<OwnClients.ForUsers> forUsers() {
        return listeners.forUsers();
    }

    /** How clients that do not say who they are reach this node; empty where all have to. */
    public Optional<Map<String, Object>> forAnybody() {
        return listeners.forAnybody();
    }

    /** Who is told of logins that failed elsewhere in this process. */
    public AuditTrail trail() {
        return trail;
    }

    /** Who decides about nodes that want to join. */
    public Newcomers newcomers() {
        return newcomers;
    }

    ClusterImage image() {
        return quorum.image();
    }

    /** What the listeners for clients and brokers serve. */
    ApiTable brokerApis() {
        return brokerApis;
    }

    /** What the controller listeners serve. */
    ApiTable controllerApis() {
        return controllerApis;
    }

    public NodeConfig config() {
        return config;
    }

    public String clusterId() {
        return quorum.clusterId();
    }

    public Set<String> services() {
        return config.services();
    }

    /** What the node tells of itself when it is asked. */
    public List<MultiCollector> metrics() {
        List<MultiCollector> all =
                new ArrayList<>(
                        List.of(
                                new TransportMetrics(transport),
                                new QuotaMetrics(quotas),
                                new QuorumMetrics(quorum)));
        if (balance != null) {
            all.add(balance.metrics());
        }
        if (broker != null) {
            Partitions partitions = broker.partitions();
            all.add(new ClientMetrics(broker.telemetry()));
            all.add(new PartitionMetrics(partitions));
            all.add(new EnforcementMetrics(enforcement.counts()));
            all.add(broker.replicas().metrics(partitions));
            all.add(new CompactionMetrics(partitions.logs(), System::currentTimeMillis));
        }
        return all;
    }

    /** Vanishes without a word to the cluster. */
    synchronized void vanish() {
        if (!closed) {
            closed = true;
            closeAll(parts);
        }
    }

    @Nullable Partitions partitions() {
        return broker == null ? null : broker.partitions();
    }

    /** Stops cleanly: leaves the cluster, ends connections, syncs the logs. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            leave();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeAll(parts);
    }

    /** Waits until the controller has moved away what this broker leads. */
    private void leave() throws InterruptedException {
        if (broker == null || !config.flag("controlled.shutdown.enable")) {
            return;
        }
        try {
            quorum.controlledShutdown().get(LEAVE_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("stopping without the controller's word: {}", String.valueOf(e.getMessage()));
        }
    }

    /**
     * In the order of the stack, but for connections, which end before anything they need. An
     * interrupt waits until it is done: it would close files under those who write to them.
     */
    private static void closeAll(Deque<AutoCloseable> parts) {
        boolean interrupted = Thread.interrupted();
        closeInOrder(parts);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeInOrder(Deque<AutoCloseable> parts) {
        for (AutoCloseable part : List.copyOf(parts)) {
            if (part instanceof Transport) {
                closeOne(part);
            }
        }
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            if (!(part instanceof Transport)) {
                closeOne(part);
            }
        }
    }

    private static void closeOne(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.error("{} did not close cleanly", part.getClass().getSimpleName(), e);
        }
    }
}
