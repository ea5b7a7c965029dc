package naru.broker.config;

import naru.log.compaction.CompactionSettings;

import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The configuration of a node: what its file and command line say, over that what was set
 * dynamically for all brokers, and over that what was set for this one. Immutable and valid.
 *
 * <p>Values are read by Kafka's names, already parsed to the setting's type.
 */
public final class NodeConfig {
    static final String CORDONED = "cordoned.log.dirs";

    private final Layers layers;
    private final Map<String, Object> values;
    private final ListenerAddresses addresses;
    private final List<String> withoutEffect;

    /** Where values come from, the strongest first. */
    public record Layers(
            Map<String, String> broker, Map<String, String> cluster, Map<String, String> node) {
        public Layers {
            broker = Map.copyOf(broker);
            cluster = Map.copyOf(cluster);
            node = Map.copyOf(node);
        }
    }

    /**
     * @param advertised empty when clients are told the address on which they came
     * @param controllerName of the listener by which this node reaches controllers
     * @param narrowed those that were given without a host and are on loopback only
     * @param yielding names of those that take another port when theirs is taken
     */
    record ListenerAddresses(
            List<Listener> broker,
            List<Listener> controller,
            List<Listener> advertised,
            String interBrokerName,
            String controllerName,
            String controllerProtocol,
            List<Listener> narrowed,
            Set<String> yielding) {}

    NodeConfig(
            Layers layers,
            Map<String, Object> values,
            ListenerAddresses addresses,
            List<String> withoutEffect) {
        this.layers = layers;
        this.values = values;
        this.addresses = addresses;
        this.withoutEffect = List.copyOf(withoutEffect);
    }

    /**
     * @param properties what a configuration file and the command line say
     * @throws BadConfiguration with everything that is wrong with them
     */
    public static NodeConfig parse(Map<String, String> properties) {
        return new NodeConfigParser(properties).parse();
    }

    /** The same node with other dynamic settings; what does not parse or is refused is left out. */
    NodeConfig withDynamic(Map<String, String> broker, Map<String, String> cluster) {
        Layers changed = new Layers(broker, cluster, layers.node());
        Map<String, Object> merged = new HashMap<>();
        Set<String> keys = new TreeSet<>(NodeSettings.all().keySet());
        keys.addAll(layers.node().keySet());
        keys.addAll(cluster.keySet());
        keys.addAll(broker.keySet());
        for (String key : keys) {
            Object value = resolve(changed, key);
            if (value != null) {
                merged.put(key, value);
            }
        }
        return new NodeConfig(changed, Map.copyOf(merged), addresses, withoutEffect);
    }

    private static @Nullable Object resolve(Layers layers, String key) {
        ConfigKey setting = NodeConfigParser.definition(key);
        if (setting == null) {
            return null;
        }
        for (Map<String, String> layer : List.of(layers.broker(), layers.cluster())) {
            String text = layer.get(key);
            Object value =
                    text == null || !DynamicSettings.isDynamic(key)
                            ? null
                            : Parsing.valueOrNull(setting, text);
            if (value != null && RefusedSettings.remedy(setting.name, value) == null) {
                return value;
            }
        }
        String text = layers.node().get(key);
        if (text != null) {
            return Parsing.valueOrNull(setting, text);
        }
        return setting.name.equals(key) && setting.hasDefault() ? setting.defaultValue : null;
    }

    /** What keeps the listeners from protecting what their protocols promise to protect. */
    List<BadConfiguration.Problem> protectionProblems() {
        List<BadConfiguration.Problem> problems = new ArrayList<>();
        ProtectionRules rules = new ProtectionRules(values, problems);
        addresses.broker().forEach(rules::check);
        addresses.controller().forEach(rules::check);
        return problems;
    }

    /** What was set, layer by layer. */
    public Layers layers() {
        return layers;
    }

    /** Whether the setting was set anywhere, and is not only a default. */
    public boolean given(String key) {
        return layers.node().containsKey(key)
                || layers.cluster().containsKey(key)
                || layers.broker().containsKey(key);
    }

    /** Settings that were given and that this release accepts but does not act on. */
    public List<String> withoutEffect() {
        return withoutEffect;
    }

    /** Value of the setting, its default, or null when it has neither. */
    public @Nullable Object value(String key) {
        return values.get(key);
    }

    private Object required(String key) {
        return Objects.requireNonNull(values.get(key), key);
    }

    public int integer(String key) {
        return ((Number) required(key)).intValue();
    }

    public long number(String key) {
        return ((Number) required(key)).longValue();
    }

    public double fraction(String key) {
        return ((Number) required(key)).doubleValue();
    }

    public boolean flag(String key) {
        return (Boolean) required(key);
    }

    public @Nullable String text(String key) {
        Object value = values.get(key);
        return value == null ? null : value.toString();
    }

    public List<String> list(String key) {
        return ((List<?>) required(key)).stream().map(String::valueOf).toList();
    }

    /** The setting as it holds for one listener: its own {@code listener.name.} value, or all's. */
    public int integer(String listenerName, String key) {
        Object own = values.get(Listener.settingPrefix(listenerName) + key);
        return own == null ? integer(key) : ((Number) own).intValue();
    }

    /**
     * All settings as they hold for one listener: its own without their {@code listener.name.}
     * prefix, and for the rest what holds for all.
     */
    public Map<String, Object> forListener(String listenerName) {
        String prefix = Listener.settingPrefix(listenerName);
        Map<String, Object> effective = new HashMap<>(values);
        values.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                effective.put(key.substring(prefix.length()), value);
            }
        });
        return effective;
    }

    /** Whether the listener has a value of its own for the setting. */
    public boolean givenForListener(String listenerName, String key) {
        return values.containsKey(Listener.settingPrefix(listenerName) + key);
    }

    public int nodeId() {
        return integer(MetadataSettings.NODE_ID);
    }

    public @Nullable String rack() {
        return text("broker.rack");
    }

    /** Folders of partitions, absolute, in the order of {@code log.dirs}; at least one. */
    public List<Path> dataFolders() {
        String key =
                values.containsKey(NodeSettings.LOG_DIRS)
                        ? NodeSettings.LOG_DIRS
                        : NodeSettings.LOG_DIR;
        return list(key).stream()
                .map(folder -> Path.of(folder.strip()).toAbsolutePath().normalize())
                .toList();
    }

    /** Folder of the metadata log: {@code metadata.log.dir}, or the first data folder. */
    public Path metadataFolder() {
        String own = text("metadata.log.dir");
        return own == null ? dataFolders().getFirst() : Path.of(own).toAbsolutePath().normalize();
    }

    /** Data folders that get no new replicas; all of them for {@code *}. */
    public Set<Path> cordonedFolders() {
        List<String> named = list(CORDONED);
        return named.contains("*")
                ? Set.copyOf(dataFolders())
                : named.stream()
                        .map(folder -> Path.of(folder.strip()).toAbsolutePath().normalize())
                        .collect(Collectors.toSet());
    }

    /** Why the cordoned folders are no folders of this node, or null. */
    @Nullable String cordonProblem() {
        for (Path folder : cordonedFolders()) {
            if (!dataFolders().contains(folder)) {
                return "write * or folders of log.dirs, which has no " + folder;
            }
        }
        return null;
    }

    /** Listeners for clients and other brokers; at least one where this node is a broker. */
    public List<Listener> listeners() {
        return addresses.broker();
    }

    /**
     * Listeners for the metadata quorum. A node that was told nothing about controllers has one
     * too, so that its cluster can grow.
     */
    public List<Listener> controllerListeners() {
        return addresses.controller();
    }

    /**
     * Listeners that name no host and ask nobody to authenticate, as they were written: they are
     * bound to loopback only.
     */
    public List<Listener> narrowedListeners() {
        return addresses.narrowed();
    }

    /** Whether the listener takes another port when its own is taken, and stays there. */
    public boolean yields(Listener listener) {
        return addresses.yielding().contains(listener.name());
    }

    /** The address to tell clients of this listener, or null: the one on which they came. */
    public @Nullable Listener advertised(String listenerName) {
        for (Listener listener : addresses.advertised()) {
            if (listener.name().equals(listenerName)) {
                return listener;
            }
        }
        return null;
    }

    /** Name of the listener by which this node reaches controllers. */
    public String controllerListenerName() {
        return addresses.controllerName();
    }

    /** What is spoken on it: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL. */
    public String controllerProtocol() {
        return addresses.controllerProtocol();
    }

    /** Whether this node holds data and serves clients. */
    public boolean isBroker() {
        return list(MetadataSettings.PROCESS_ROLES).contains("broker");
    }

    /** Whether this node is a voter of the metadata quorum, or one to be. */
    public boolean isController() {
        return list(MetadataSettings.PROCESS_ROLES).contains("controller");
    }

    /** Whether nodes of the cluster are known by their certificates, and are super users. */
    public boolean knowsNodesByCertificate() {
        return flag(NaruSettings.NODES_BY_CERTIFICATE);
    }

    public String interBrokerListenerName() {
        return addresses.interBrokerName();
    }

    public Set<String> services() {
        return new TreeSet<>(list(NaruSettings.SERVICES));
    }

    /** Whether other brokers come on a listener of their own, which is not told to people. */
    public boolean isForBrokersOnly(Listener listener) {
        return listener.name().equals(interBrokerListenerName())
                && listeners().size() > 1
                && given(ReplicationSettings.INTER_BROKER_LISTENER_NAME);
    }

    /** Selector loops to run. */
    public int loops() {
        int loops = integer(NaruSettings.LOOPS);
        return loops > 0 ? loops : Runtime.getRuntime().availableProcessors();
    }

    /** Whether whoever is served on this listener has shown who it is. */
    public boolean authenticates(Listener listener) {
        return listener.login()
                || (listener.encrypted()
                        && "required".equals(forListener(listener.name()).get("ssl.client.auth")));
    }

    /** Whether access is decided by rules; everybody may do everything otherwise. */
    public boolean enforcesAccess() {
        String authorizer = text(AuthorizationSettings.AUTHORIZER);
        return authorizer != null && !authorizer.isBlank();
    }

    /** Principals that may do everything. */
    public Set<KafkaPrincipal> superUsers() {
        Set<KafkaPrincipal> users =
                AuthorizationSettings.superUsers(
                        String.valueOf(values.get(AuthorizationSettings.SUPER_USERS)));
        return users == null ? Set.of() : users;
    }

    /** What the cleaner of compacted logs is told. */
    public CompactionSettings compaction() {
        return new CompactionSettings(
                flag("log.cleaner.enable"),
                integer("log.cleaner.threads"),
                number("log.cleaner.dedupe.buffer.size"),
                fraction("log.cleaner.io.buffer.load.factor"),
                integer("log.cleaner.io.buffer.size"),
                fraction("log.cleaner.io.max.bytes.per.second"),
                number("log.cleaner.backoff.ms"));
    }

    /** Most bytes a second that go from one data folder into another. */
    public double moveBytesPerSecond() {
        Object given = values.get("replica.alter.log.dirs.io.max.bytes.per.second");
        return given == null ? Long.MAX_VALUE : ((Number) given).doubleValue();
    }

    /** Replicas for a topic of Kafka's own, on a cluster of that many brokers. */
    public short internalReplicationFactor(String key, int brokers) {
        int wanted = integer(key);
        return (short) (given(key) ? wanted : Math.max(1, Math.min(wanted, brokers)));
    }
}
