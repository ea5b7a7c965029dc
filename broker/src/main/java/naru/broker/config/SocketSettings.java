package naru.broker.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import org.apache.kafka.common.config.ConfigDef;

import java.util.List;

/** Listeners, connections and the metrics of the node, under Kafka's names. */
final class SocketSettings {
    static final String LISTENERS = "listeners";
    static final String ADVERTISED_LISTENERS = "advertised.listeners";
    static final String PROTOCOL_MAP = "listener.security.protocol.map";
    static final String MAX_CONNECTIONS_PER_IP_OVERRIDES = "max.connections.per.ip.overrides";
    static final String DEFAULT_LISTENER = "PLAINTEXT://127.0.0.1:9092";
    static final String DEFAULT_PROTOCOL_MAP =
            "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT";

    private SocketSettings() {}

    static ConfigDef definitions() {
        ConfigDef settings = listeners();
        connections(settings);
        connectionLimits(settings);
        queues(settings);
        metrics(settings);
        return settings;
    }

    private static ConfigDef listeners() {
        return new ConfigDef()
                .define(
                        LISTENERS,
                        LIST,
                        List.of(DEFAULT_LISTENER),
                        HIGH,
                        "Addresses to accept clients and other nodes on, each NAME://HOST:PORT;"
                                + " an empty host means every interface, port 0 any free port.")
                .define(
                        ADVERTISED_LISTENERS,
                        LIST,
                        null,
                        HIGH,
                        "Addresses that clients are told to connect to. Unset: each client is told"
                                + " the address on which it reached this node.")
                .define(
                        PROTOCOL_MAP,
                        STRING,
                        DEFAULT_PROTOCOL_MAP,
                        LOW,
                        "Security protocol of each listener name, as NAME:PROTOCOL pairs.");
    }

    private static void connections(ConfigDef settings) {
        settings.define(
                        "socket.send.buffer.bytes",
                        INT,
                        102400,
                        HIGH,
                        "Send buffer of accepted sockets; -1 leaves the system's.")
                .define(
                        "socket.receive.buffer.bytes",
                        INT,
                        102400,
                        HIGH,
                        "Receive buffer of accepted sockets; -1 leaves the system's.")
                .define(
                        "socket.request.max.bytes",
                        INT,
                        100 * 1024 * 1024,
                        atLeast(1),
                        HIGH,
                        "Largest request frame that is read.")
                .define(
                        "socket.listen.backlog.size",
                        INT,
                        1024,
                        atLeast(1),
                        MEDIUM,
                        "Connections that the system may hold before they are accepted; one that"
                                + " finds no place tries again after a second.");
    }

    private static void connectionLimits(ConfigDef settings) {
        settings.define(
                        "max.connections.per.ip",
                        INT,
                        Integer.MAX_VALUE,
                        atLeast(0),
                        MEDIUM,
                        "Connections accepted from one address; 0 only with overrides.")
                .define(
                        MAX_CONNECTIONS_PER_IP_OVERRIDES,
                        STRING,
                        "",
                        MEDIUM,
                        "Exceptions from max.connections.per.ip, as HOST:COUNT pairs.")
                .define(
                        "max.connections",
                        INT,
                        Integer.MAX_VALUE,
                        atLeast(0),
                        MEDIUM,
                        "Connections that this node accepts in all; also per listener with the"
                                + " prefix listener.name.NAME.")
                .define(
                        "max.connection.creation.rate",
                        INT,
                        Integer.MAX_VALUE,
                        atLeast(0),
                        MEDIUM,
                        "Connections accepted per second; also per listener with its prefix.")
                .define(
                        "connections.max.idle.ms",
                        LONG,
                        600_000L,
                        MEDIUM,
                        "A connection without a request for this long is closed.")
                .define(
                        "connection.failed.authentication.delay.ms",
                        INT,
                        100,
                        atLeast(0),
                        LOW,
                        "A connection that failed to authenticate is closed after this delay.");
    }

    private static void queues(ConfigDef settings) {
        settings.define(
                        "num.network.threads",
                        INT,
                        3,
                        atLeast(1),
                        HIGH,
                        "Kafka's network threads. Naru runs naru.loops selector loops instead.")
                .define(
                        "queued.max.requests",
                        INT,
                        500,
                        atLeast(1),
                        HIGH,
                        "Kafka's request queue. Naru has none: a loop serves what it reads.")
                .define(
                        "queued.max.request.bytes",
                        LONG,
                        -1L,
                        MEDIUM,
                        "Bytes held of frames that have not arrived whole; not above 0: a quarter"
                                + " of the heap.");
    }

    private static void metrics(ConfigDef settings) {
        settings.define(
                        "metrics.num.samples",
                        INT,
                        2,
                        atLeast(1),
                        LOW,
                        "Samples kept to compute a metric of Kafka's embedded engine.")
                .define(
                        "metrics.sample.window.ms",
                        LONG,
                        30_000L,
                        atLeast(1),
                        LOW,
                        "Length of one sample.")
                .define(
                        "metric.reporters",
                        LIST,
                        List.of("org.apache.kafka.common.metrics.JmxReporter"),
                        LOW,
                        "Kafka's reporter classes. Naru serves naru.metrics.listeners instead.")
                .define(
                        "metrics.recording.level",
                        STRING,
                        "INFO",
                        LOW,
                        "Most detailed level of metrics that is recorded.")
                .define(
                        "kafka.metrics.polling.interval.secs",
                        INT,
                        10,
                        atLeast(1),
                        LOW,
                        "How often kafka.metrics.reporters are polled.")
                .define(
                        "kafka.metrics.reporters",
                        LIST,
                        List.of(),
                        LOW,
                        "Reporter classes for Kafka's older metrics.")
                .define(
                        "telemetry.max.bytes",
                        INT,
                        1024 * 1024,
                        atLeast(1),
                        LOW,
                        "Largest batch of metrics that a client may push (KIP-714).");
    }
}
