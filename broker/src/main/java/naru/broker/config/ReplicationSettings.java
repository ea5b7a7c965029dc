package naru.broker.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import org.apache.kafka.common.config.ConfigDef;

/** Replication between brokers and election of leaders, under Kafka's names. */
final class ReplicationSettings {
    static final String INTER_BROKER_LISTENER_NAME = "inter.broker.listener.name";
    static final String INTER_BROKER_PROTOCOL = "security.inter.broker.protocol";

    private ReplicationSettings() {}

    static ConfigDef definitions() {
        ConfigDef settings = elections();
        fetching(settings);
        following(settings);
        purgatories(settings);
        return settings;
    }

    private static ConfigDef elections() {
        return new ConfigDef()
                .define(
                        "default.replication.factor",
                        INT,
                        1,
                        MEDIUM,
                        "Replicas of a topic that is created without saying how many.")
                .define(
                        "unclean.leader.election.enable",
                        BOOLEAN,
                        false,
                        HIGH,
                        "Whether a replica that may lack records can become leader, which loses"
                                + " them, when no other is left.")
                .defineInternal(
                        "unclean.leader.election.interval.ms",
                        LONG,
                        300_000L,
                        atLeast(1),
                        MEDIUM,
                        "How often the controller looks for partitions to elect uncleanly.")
                .define(
                        "auto.leader.rebalance.enable",
                        BOOLEAN,
                        true,
                        HIGH,
                        "Whether leadership goes back to preferred replicas by itself.")
                .define(
                        "leader.imbalance.check.interval.seconds",
                        LONG,
                        300L,
                        atLeast(1),
                        HIGH,
                        "How often the controller looks for leadership to give back.")
                .define(
                        "controller.socket.timeout.ms",
                        INT,
                        30_000,
                        MEDIUM,
                        "Time-out of requests to the controller.")
                .define(
                        INTER_BROKER_LISTENER_NAME,
                        STRING,
                        null,
                        MEDIUM,
                        "Listener on which other brokers reach this one; unset: the first listener"
                                + " of security.inter.broker.protocol.")
                .define(
                        INTER_BROKER_PROTOCOL,
                        STRING,
                        "PLAINTEXT",
                        in("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
                        MEDIUM,
                        "Security protocol between brokers.");
    }

    private static void fetching(ConfigDef settings) {
        settings.define(
                        "replica.lag.time.max.ms",
                        LONG,
                        30_000L,
                        HIGH,
                        "A follower that has not caught up for this long leaves the in-sync set.")
                .define(
                        "replica.socket.timeout.ms",
                        INT,
                        30_000,
                        HIGH,
                        "Time-out of a follower's requests.")
                .define(
                        "replica.socket.receive.buffer.bytes",
                        INT,
                        64 * 1024,
                        HIGH,
                        "Receive buffer of a follower's sockets.")
                .define(
                        "replica.fetch.max.bytes",
                        INT,
                        1024 * 1024,
                        atLeast(0),
                        MEDIUM,
                        "Bytes a follower asks for per partition; one larger batch still passes.")
                .define(
                        "replica.fetch.response.max.bytes",
                        INT,
                        10 * 1024 * 1024,
                        atLeast(0),
                        MEDIUM,
                        "Bytes a follower asks for in one request.")
                .define(
                        "replica.fetch.wait.max.ms",
                        INT,
                        500,
                        HIGH,
                        "How long a leader may hold a follower's fetch; less than"
                                + " replica.lag.time.max.ms.")
                .define(
                        "replica.fetch.min.bytes",
                        INT,
                        1,
                        HIGH,
                        "Bytes a follower waits for, up to replica.fetch.wait.max.ms.")
                .define(
                        "replica.fetch.backoff.ms",
                        INT,
                        1000,
                        atLeast(0),
                        MEDIUM,
                        "Pause after a failed fetch of a partition.");
    }

    private static void following(ConfigDef settings) {
        settings.define(
                        "replica.high.watermark.checkpoint.interval.ms",
                        LONG,
                        5000L,
                        HIGH,
                        "How often high watermarks are written to disk.")
                .define(
                        "num.replica.fetchers",
                        INT,
                        1,
                        atLeast(1),
                        HIGH,
                        "Connections with which a follower fetches from each leader.")
                .define(
                        "replica.selector.class",
                        STRING,
                        null,
                        MEDIUM,
                        "Class that picks the replica a consumer reads from.")
                .define(
                        "follower.fetch.last.tiered.offset.enable",
                        BOOLEAN,
                        false,
                        MEDIUM,
                        "Whether an empty follower begins at the last tiered offset.");
    }

    private static void purgatories(ConfigDef settings) {
        settings.define(
                        "fetch.purgatory.purge.interval.requests",
                        INT,
                        1000,
                        MEDIUM,
                        "Purge interval of Kafka's waiting fetches. Naru has no purgatory.")
                .define(
                        "producer.purgatory.purge.interval.requests",
                        INT,
                        1000,
                        MEDIUM,
                        "Purge interval of Kafka's waiting produces. Naru has no purgatory.")
                .define(
                        "delete.records.purgatory.purge.interval.requests",
                        INT,
                        1,
                        MEDIUM,
                        "Purge interval of Kafka's waiting deletions. Naru has no purgatory.");
    }
}
