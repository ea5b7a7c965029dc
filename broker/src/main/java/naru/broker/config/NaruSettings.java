package naru.broker.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.PASSWORD;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import naru.coordination.group.consumer.ConsumerSettings;

import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What Kafka has no name for. */
public final class NaruSettings {
    public static final String SERVICES = "naru.services";
    public static final String BOOTSTRAP = "naru.bootstrap";

    /** What begins so is a property of the clients by which services reach another cluster. */
    public static final String CLIENT = "naru.client.";

    /** Whether users of the services show who they are. */
    public static final String SERVICES_LOGIN = "naru.services.login";

    /** Where schemas are kept. */
    public static final String REGISTRY_TOPIC = "naru.registry.topic";

    public static final String REST_INSTANCE_TIMEOUT = "naru.rest.consumer.instance.timeout.ms";
    public static final String REST_INSTANCES = "naru.rest.consumer.instances";
    public static final String REST_INSTANCES_PER_USER = "naru.rest.consumer.instances.per.user";

    /** What begins so, and is not one of the settings here, is a property of Kafka's worker. */
    public static final String CONNECT = "naru.connect.";

    /** Files of connectors that run without a group and without topics. */
    public static final String CONNECT_STANDALONE = CONNECT + "standalone";

    public static final String CONNECT_RESTARTS = CONNECT + "restart.max";
    public static final String CONNECT_RESTART_BACKOFF = CONNECT + "restart.backoff.ms";
    public static final String CONNECT_RESTART_BACKOFF_MOST = CONNECT + "restart.backoff.max.ms";
    public static final String CONNECT_RESTART_FORGIVEN = CONNECT + "restart.forgiven.ms";

    /** Of a node, and of a topic. */
    public static final String ACK = "naru.ack";

    /** Of a node, and of a topic: what happens to records that are not of their schema. */
    public static final String VALIDATION = "naru.schema.validation";

    /** Where the broker asks what a schema's id means. */
    public static final String REGISTRY_URL = "naru.schema.registry.url";

    public static final String REGISTRY_USER = "naru.schema.registry.user";
    public static final String REGISTRY_PASSWORD = "naru.schema.registry.password";
    public static final String REGISTRY_TIMEOUT = "naru.schema.registry.timeout.ms";

    /** The cluster that a new data folder becomes part of. */
    public static final String CLUSTER_ID = "naru.cluster.id";

    /** What {@code kafka-storage format --initial-controllers} is given. */
    public static final String INITIAL_CONTROLLERS = "naru.initial.controllers";

    /** Listeners that take another port when theirs is taken. */
    public static final String YIELDING_LISTENERS = "naru.yielding.listeners";

    /** Whether nodes are known by their certificates. */
    public static final String NODES_BY_CERTIFICATE = "naru.nodes.by.certificate";

    /** Where new nodes get their certificates. */
    public static final String CLUSTER_LISTENERS = "naru.cluster.listeners";

    /** What {@code naru start --secure} says. */
    public static final String SECURE = "naru.secure";

    public static final String INSECURE_LISTENERS = "naru.insecure.listeners";

    /** How often members of small groups are heard of; see docs/design/groups.md. */
    public static final String GROUP_HEARTBEAT = "naru.group.heartbeat.ms";

    /** How long a client may take to show who it is. */
    public static final String AUTHENTICATION_TIMEOUT = "naru.authentication.timeout.ms";

    public static final String BALANCE = "naru.balance.enabled";
    public static final String BALANCE_INTERVAL = "naru.balance.interval.ms";
    public static final String BALANCE_THRESHOLD = "naru.balance.threshold.percent";
    public static final String BALANCE_THROTTLE = "naru.balance.throttle.bytes.per.second";

    /** Says in the metadata who moves replicas just now. */
    public static final String BALANCE_MARK = "naru.balance.under.way";

    public static final String LOG_FORMAT = "naru.log.format";
    public static final String LOOPS = "naru.loops";
    public static final String METRICS_LISTENERS = "naru.metrics.listeners";

    static final String PREFIX = "naru.";
    static final String ACK_DOC =
            "When a record counts as stored on this node: page-cache as soon as it is in the"
                + " operating system's page cache, as in Kafka; fsync once an fdatasync has made it"
                + " durable on the disk.";

    static final String VALIDATION_DOC =
            "What happens to records that are not of the schema whose id they carry: off nothing;"
                + " warn they are counted and told in the log; reject their batch is refused, and"
                + " each of them named; quarantine they are put aside into another topic, and the"
                + " others stored. Kafka's own topics and the registry's are not looked at.";

    private static final Map<String, Integer> HTTP_PORTS = httpPorts();

    private NaruSettings() {}

    private static Map<String, Integer> httpPorts() {
        Map<String, Integer> ports = new LinkedHashMap<>();
        ports.put("registry", 8081);
        ports.put("rest", 8082);
        ports.put("connect", 8083);
        ports.put("sql", 8088);
        ports.put("console", 8080);
        return ports;
    }

    /** Names of the services a node can run. */
    public static List<String> services() {
        List<String> services = new ArrayList<>(List.of("broker"));
        services.addAll(HTTP_PORTS.keySet());
        return services;
    }

    /** Key of the addresses that a service other than the broker listens on. */
    public static String listenersOf(String service) {
        return PREFIX + service + ".listeners";
    }

    /** Names of the services that speak HTTP and ask who comes where the cluster does. */
    public static List<String> servicesWithLogin() {
        return List.of("registry", "rest", "connect");
    }

    /**
     * Keys of the settings whose values are {@code http://HOST:PORT}, and nobody is asked there.
     */
    static List<String> openHttpListenerKeys() {
        List<String> keys = new ArrayList<>();
        HTTP_PORTS.keySet().stream()
                .filter(service -> !servicesWithLogin().contains(service))
                .forEach(service -> keys.add(listenersOf(service)));
        keys.add(METRICS_LISTENERS);
        return keys;
    }

    static ConfigDef.Validator ackValidator() {
        return in("page-cache", "fsync");
    }

    static ConfigDef.Validator validationValidator() {
        return in(RecordPolicy.Reaction.names());
    }

    private static void defineEnforcement(ConfigDef settings) {
        settings.define(VALIDATION, STRING, "off", validationValidator(), MEDIUM, VALIDATION_DOC)
                .define(
                        REGISTRY_URL,
                        STRING,
                        null,
                        MEDIUM,
                        "Addresses of the schema registry that the broker asks, with a comma"
                            + " between, each http://HOST:PORT or https://HOST:PORT; unset: the one"
                            + " of this process.")
                .define(
                        REGISTRY_USER,
                        STRING,
                        null,
                        LOW,
                        "As whom the broker asks that registry; unset: nobody.")
                .define(
                        REGISTRY_PASSWORD,
                        PASSWORD,
                        null,
                        LOW,
                        "Password of naru.schema.registry.user.")
                .define(
                        REGISTRY_TIMEOUT,
                        INT,
                        5_000,
                        between(100, 60_000),
                        LOW,
                        "How long a produce request waits at most for the registry to say what an"
                                + " id means, before the producer is told to try again.");
    }

    static ConfigDef definitions() {
        ConfigDef settings = new ConfigDef();
        settings.define(
                SERVICES,
                LIST,
                services(),
                ConfigDef.ValidList.in(false, services().toArray(String[]::new)),
                HIGH,
                "Which services this node runs.");
        defineServices(settings);
        defineCluster(settings);
        defineBalance(settings);
        defineEnforcement(settings);
        settings.define(ACK, STRING, "page-cache", ackValidator(), HIGH, ACK_DOC);
        settings.define(
                INSECURE_LISTENERS,
                BOOLEAN,
                false,
                HIGH,
                "Permits listeners without authentication on addresses other than loopback. Whoever"
                        + " reaches such a port can read, write and delete everything.");
        settings.define(
                AUTHENTICATION_TIMEOUT,
                INT,
                30_000,
                atLeast(100),
                LOW,
                "A connection that has not finished its TLS handshake and its login by then is"
                        + " closed.");
        settings.define(
                LOG_FORMAT, STRING, "text", in("text", "json"), LOW, "How log lines are written.");
        settings.define(
                LOOPS,
                INT,
                0,
                atLeast(0),
                LOW,
                "Selector loops that serve clients; 0: one for each core.");
        settings.define(
                GROUP_HEARTBEAT,
                INT,
                ConsumerSettings.DEFAULT_ATTENTIVE_HEARTBEAT_MILLIS,
                atLeast(0),
                LOW,
                "How often members of the newer group protocols are asked to send heartbeats while"
                    + " there are few, so that they learn of a rebalance at once; more seldom when"
                    + " there are many, never more seldom than the protocol's own setting says. 0:"
                    + " always as that one says.");
        settings.define(
                METRICS_LISTENERS,
                LIST,
                List.of("http://127.0.0.1:9404"),
                MEDIUM,
                "Addresses of Prometheus metrics and health, each http://HOST:PORT; empty for"
                        + " none.");
        return settings;
    }

    private static void defineServices(ConfigDef settings) {
        settings.define(
                BOOTSTRAP,
                STRING,
                null,
                MEDIUM,
                "HOST:PORT of the Kafka cluster that the services use; unset: this node's broker."
                    + " Every property of Kafka's clients is a setting with `naru.client.` before"
                    + " its name, for example `naru.client.security.protocol`.");
        settings.define(
                SERVICES_LOGIN,
                STRING,
                "cluster",
                in("cluster", "open"),
                MEDIUM,
                "cluster: where the cluster asks its clients to log in, users of the services do so"
                        + " too, as users of the cluster; open: nobody is asked, and all act as the"
                        + " services' own user, which only addresses of this machine may have.");
        settings.define(
                REGISTRY_TOPIC,
                STRING,
                "_schemas",
                LOW,
                "The topic in which the registry keeps schemas, in the format of Confluent's"
                        + " registry.");
        defineRest(settings);
        defineConnect(settings);
        HTTP_PORTS.forEach((service, port) ->
                settings.define(
                        listenersOf(service),
                        LIST,
                        List.of("http://127.0.0.1:" + port),
                        MEDIUM,
                        "Addresses of the "
                                + service
                                + " service, each http://HOST:PORT or https://HOST:PORT. Keys are"
                                + " those of `ssl.*`, or of `listener.name."
                                + service
                                + ".ssl.*`."));
    }

    private static void defineRest(ConfigDef settings) {
        settings.define(
                        REST_INSTANCE_TIMEOUT,
                        INT,
                        300_000,
                        atLeast(1_000),
                        MEDIUM,
                        "After how long a consumer instance of the REST proxy is ended that nobody"
                                + " has asked for anything.")
                .define(
                        REST_INSTANCES,
                        INT,
                        100,
                        atLeast(0),
                        MEDIUM,
                        "How many consumer instances the REST proxy keeps at most.")
                .define(
                        REST_INSTANCES_PER_USER,
                        INT,
                        50,
                        atLeast(0),
                        LOW,
                        "How many of them one user can have; where nobody says who it is, all are"
                                + " one user's.");
    }

    private static void defineConnect(ConfigDef settings) {
        settings.define(
                        CONNECT + "group.id",
                        STRING,
                        "connect-cluster",
                        MEDIUM,
                        "The group of Connect's workers. Every property of Kafka's Connect worker"
                                + " is a setting with `naru.connect.` before its name.")
                .define(
                        CONNECT + "plugin.path",
                        STRING,
                        "",
                        MEDIUM,
                        "Folders of plug-ins, each plug-in a folder of jars or one jar, with commas"
                                + " between; those that come with Naru are there without it.")
                .define(
                        CONNECT_STANDALONE,
                        LIST,
                        List.of(),
                        MEDIUM,
                        "Files of connectors, properties or JSON; with any, Connect runs these"
                                + " alone, without a group and without topics.")
                .define(
                        CONNECT_RESTARTS,
                        INT,
                        10,
                        atLeast(0),
                        MEDIUM,
                        "How often in a row a connector or task that has failed is started again;"
                                + " 0: never.")
                .define(
                        CONNECT_RESTART_BACKOFF,
                        LONG,
                        5_000L,
                        atLeast(100),
                        LOW,
                        "How long after its failure; twice as long each further time.")
                .define(
                        CONNECT_RESTART_BACKOFF_MOST,
                        LONG,
                        300_000L,
                        atLeast(100),
                        LOW,
                        "The longest such delay.")
                .define(
                        CONNECT_RESTART_FORGIVEN,
                        LONG,
                        600_000L,
                        atLeast(1_000),
                        LOW,
                        "After running for so long, earlier failures do not count.");
    }

    /** Definition of a setting that belongs to Kafka's Connect worker or clients, or null. */
    static ConfigDef.@Nullable ConfigKey ofKafka(String key) {
        boolean worker = key.startsWith(CONNECT) && key.length() > CONNECT.length();
        if (!worker && !isOfClient(key)) {
            return null;
        }
        ConfigDef own = new ConfigDef();
        boolean secret = key.contains("password") || key.contains("jaas") || key.contains("secret");
        own.define(key, secret ? PASSWORD : STRING, null, LOW, "");
        return own.configKeys().get(key);
    }

    private static boolean isOfClient(String key) {
        String name = key.startsWith(CLIENT) ? key.substring(CLIENT.length()) : "";
        return !name.equals(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)
                && (AdminClientConfig.configNames().contains(name)
                        || ProducerConfig.configNames().contains(name)
                        || ConsumerConfig.configNames().contains(name));
    }

    private static void defineCluster(ConfigDef settings) {
        settings.define(
                CLUSTER_ID,
                STRING,
                null,
                MEDIUM,
                "Id of the cluster that a new data folder becomes part of; unset: learned from the"
                        + " quorum, or a new one.");
        settings.define(
                INITIAL_CONTROLLERS,
                STRING,
                "",
                MEDIUM,
                "First voters of a new quorum, with a comma between, each"
                        + " ID@HOST:PORT:DIRECTORY_ID; the same on each of them.");
        settings.define(
                SECURE,
                BOOLEAN,
                false,
                MEDIUM,
                "The same as `naru start --secure`; stands in the `node.properties` of nodes that"
                        + " have joined.");
        settings.define(
                YIELDING_LISTENERS,
                LIST,
                List.of(),
                LOW,
                "Names of listeners that take another port when theirs is taken, and keep to it:"
                    + " the data folder remembers it in `listener-ports`. The controller listener"
                    + " of a node that was told nothing about controllers is one without being"
                    + " named.");
        settings.define(
                NODES_BY_CERTIFICATE,
                BOOLEAN,
                false,
                LOW,
                "Whether `User:node-N` are the nodes of this cluster, and super users: their"
                        + " certificates say so, and nobody can log in by such a name. Set by"
                        + " `--secure`.");
        settings.define(
                CLUSTER_LISTENERS,
                LIST,
                List.of(),
                MEDIUM,
                "Where nodes that join get their certificates, https://HOST:PORT; only with"
                        + " `--secure`, on the node that has the authority's key. Empty: nowhere.");
    }

    private static void defineBalance(ConfigDef settings) {
        settings.define(
                        BALANCE,
                        BOOLEAN,
                        true,
                        MEDIUM,
                        "Whether leaders and replicas are spread over the nodes by themselves.")
                .define(
                        BALANCE_INTERVAL,
                        LONG,
                        60_000L,
                        atLeast(100),
                        LOW,
                        "How often the active controller looks whether the nodes are even.")
                .define(
                        BALANCE_THRESHOLD,
                        INT,
                        10,
                        between(1, 1000),
                        LOW,
                        "How many percent a node may bear more or less than the mean before"
                                + " something is moved.")
                .define(
                        BALANCE_THROTTLE,
                        LONG,
                        20L * 1024 * 1024,
                        atLeast(1024),
                        MEDIUM,
                        "Bytes a second that a node sends, and receives, of replicas that are moved"
                                + " to spread them; at least twice what is written to them.")
                .define(
                        BALANCE_MARK,
                        STRING,
                        "",
                        LOW,
                        "Not to be set by hand: who moves replicas just now, and which throttles go"
                                + " with it.");
    }
}
