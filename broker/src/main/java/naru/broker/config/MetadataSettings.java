package naru.broker.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import org.apache.kafka.common.config.ConfigDef;

import java.util.List;

/** Roles of the node, the metadata quorum and its log, under Kafka's names. */
final class MetadataSettings {
    static final String NODE_ID = "node.id";
    static final String PROCESS_ROLES = "process.roles";
    static final String CONTROLLER_LISTENER_NAMES = "controller.listener.names";
    static final String QUORUM_VOTERS = "controller.quorum.voters";
    static final String QUORUM_BOOTSTRAP_SERVERS = "controller.quorum.bootstrap.servers";
    static final String AUTO_JOIN = "controller.quorum.auto.join.enable";

    private MetadataSettings() {}

    static ConfigDef definitions() {
        ConfigDef settings = roles();
        quorum(settings);
        voterTraffic(settings);
        log(settings);
        logInternals(settings);
        return settings;
    }

    private static ConfigDef roles() {
        return new ConfigDef()
                .define(NODE_ID, INT, 1, atLeast(0), HIGH, "This node's number in the cluster.")
                .define(
                        PROCESS_ROLES,
                        LIST,
                        List.of("broker", "controller"),
                        ConfigDef.ValidList.in("broker", "controller"),
                        HIGH,
                        "What this node is: broker, controller, or both.")
                .define(
                        CONTROLLER_LISTENER_NAMES,
                        LIST,
                        List.of("CONTROLLER"),
                        HIGH,
                        "Names of the listeners on which the controller is reached.")
                .define(
                        "sasl.mechanism.controller.protocol",
                        STRING,
                        "GSSAPI",
                        HIGH,
                        "SASL mechanism towards controllers.")
                .define(
                        "initial.broker.registration.timeout.ms",
                        INT,
                        60_000,
                        MEDIUM,
                        "How long a starting broker tries to register.")
                .define(
                        "broker.heartbeat.interval.ms",
                        INT,
                        2000,
                        MEDIUM,
                        "How often a broker tells the controller that it is alive.")
                .define(
                        "broker.session.timeout.ms",
                        INT,
                        9000,
                        MEDIUM,
                        "A broker without a heartbeat for this long is fenced.")
                .defineInternal(
                        "controller.performance.sample.period.ms",
                        LONG,
                        60_000L,
                        atLeast(100),
                        MEDIUM,
                        "Period of the controller's performance summaries.")
                .defineInternal(
                        "controller.performance.always.log.threshold.ms",
                        LONG,
                        2000L,
                        atLeast(0),
                        MEDIUM,
                        "Controller events that take longer are always logged.")
                .defineInternal(
                        "server.max.startup.time.ms",
                        LONG,
                        Long.MAX_VALUE,
                        atLeast(0),
                        MEDIUM,
                        "How long a start may take.");
    }

    private static void quorum(ConfigDef settings) {
        settings.define(
                        QUORUM_VOTERS,
                        LIST,
                        List.of(),
                        HIGH,
                        "Voters of a quorum that does not change, as ID@HOST:PORT.")
                .define(
                        QUORUM_BOOTSTRAP_SERVERS,
                        LIST,
                        List.of(),
                        HIGH,
                        "Controllers to ask where the quorum is, as HOST:PORT.")
                .define(
                        "controller.quorum.election.timeout.ms",
                        INT,
                        1000,
                        atLeast(0),
                        HIGH,
                        "Without a leader for this long, a voter stands for election.")
                .define(
                        "controller.quorum.fetch.timeout.ms",
                        INT,
                        2000,
                        atLeast(0),
                        HIGH,
                        "Without a fetch from the leader for this long, a voter stands.")
                .define(
                        "controller.quorum.election.backoff.max.ms",
                        INT,
                        1000,
                        atLeast(0),
                        HIGH,
                        "Longest pause between elections.");
    }

    private static void voterTraffic(ConfigDef settings) {
        settings.define(
                        "controller.quorum.append.linger.ms",
                        INT,
                        25,
                        atLeast(0),
                        MEDIUM,
                        "How long the leader gathers records before it writes them.")
                .define(
                        "controller.quorum.request.timeout.ms",
                        INT,
                        2000,
                        atLeast(0),
                        MEDIUM,
                        "Time-out of requests between voters.")
                .define(
                        "controller.quorum.retry.backoff.ms",
                        INT,
                        20,
                        atLeast(0),
                        LOW,
                        "Pause before a request between voters is sent again.")
                .define(
                        AUTO_JOIN,
                        BOOLEAN,
                        false,
                        LOW,
                        "Whether a controller joins the voters by itself.")
                .define(
                        "controller.quorum.fetch.max.bytes",
                        INT,
                        1024 * 1024,
                        atLeast(1),
                        LOW,
                        "Bytes of metadata log asked for in one request.")
                .define(
                        "controller.quorum.fetch.snapshot.max.bytes",
                        INT,
                        1024 * 1024,
                        atLeast(1),
                        LOW,
                        "Bytes of a metadata snapshot asked for in one request.");
    }

    private static void log(ConfigDef settings) {
        settings.define(
                        "metadata.log.dir",
                        STRING,
                        null,
                        HIGH,
                        "Folder of the metadata log; unset: the data folder.")
                .define(
                        "metadata.log.segment.bytes",
                        INT,
                        1024 * 1024 * 1024,
                        atLeast(8 * 1024 * 1024),
                        HIGH,
                        "Largest segment of the metadata log.")
                .define(
                        "metadata.log.segment.ms",
                        LONG,
                        604_800_000L,
                        HIGH,
                        "Oldest segment of the metadata log that is still written to.")
                .define(
                        "metadata.max.retention.bytes",
                        LONG,
                        100L * 1024 * 1024,
                        HIGH,
                        "Bytes of metadata log and snapshots that are kept.")
                .define(
                        "metadata.max.retention.ms",
                        LONG,
                        604_800_000L,
                        HIGH,
                        "Age up to which metadata log and snapshots are kept.")
                .define(
                        "metadata.log.max.record.bytes.between.snapshots",
                        LONG,
                        20L * 1024 * 1024,
                        atLeast(1),
                        HIGH,
                        "New metadata after which a snapshot is made.")
                .define(
                        "metadata.log.max.snapshot.interval.ms",
                        LONG,
                        3_600_000L,
                        atLeast(0),
                        HIGH,
                        "Longest time between snapshots; 0 for no limit.")
                .define(
                        "metadata.max.idle.interval.ms",
                        INT,
                        500,
                        atLeast(0),
                        LOW,
                        "How often an idle leader writes a no-op record; 0 for never.");
    }

    private static void logInternals(ConfigDef settings) {
        settings.defineInternal(
                        "internal.metadata.log.segment.bytes",
                        INT,
                        null,
                        null,
                        LOW,
                        "Segment size of the metadata log in tests.")
                .defineInternal(
                        "internal.metadata.max.batch.size.in.bytes",
                        INT,
                        8 * 1024 * 1024,
                        null,
                        LOW,
                        "Largest batch in the metadata log.")
                .defineInternal(
                        "internal.metadata.delete.delay.millis",
                        LONG,
                        60_000L,
                        null,
                        LOW,
                        "Delay before files of the metadata log are deleted.");
    }
}
