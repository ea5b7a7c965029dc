package naru.broker.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.SHORT;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;

import org.apache.kafka.common.config.ConfigDef;

/** The transaction coordinator's and the share coordinator's settings, under Kafka's names. */
final class CoordinatorSettings {
    private static final int STATE_SEGMENT_BYTES = 100 * 1024 * 1024;
    private static final int LOAD_BUFFER_BYTES = 5 * 1024 * 1024;

    private CoordinatorSettings() {}

    static ConfigDef definitions() {
        ConfigDef settings = transactionTopic();
        transactions(settings);
        shareTopic(settings);
        shares(settings);
        return settings;
    }

    private static ConfigDef transactionTopic() {
        return new ConfigDef()
                .define(
                        "transaction.state.log.num.partitions",
                        INT,
                        50,
                        atLeast(1),
                        HIGH,
                        "Partitions of __transaction_state; not to be changed once it exists.")
                .define(
                        "transaction.state.log.replication.factor",
                        SHORT,
                        (short) 3,
                        atLeast(1),
                        HIGH,
                        "Replicas of __transaction_state.")
                .define(
                        "transaction.state.log.min.isr",
                        INT,
                        2,
                        atLeast(1),
                        HIGH,
                        "min.insync.replicas of __transaction_state.")
                .define(
                        "transaction.state.log.segment.bytes",
                        INT,
                        STATE_SEGMENT_BYTES,
                        atLeast(1),
                        HIGH,
                        "Segment size of __transaction_state; small ones load faster.")
                .define(
                        "transaction.state.log.load.buffer.size",
                        INT,
                        LOAD_BUFFER_BYTES,
                        atLeast(1),
                        HIGH,
                        "Bytes read at a time while transaction state is loaded.");
    }

    private static void transactions(ConfigDef settings) {
        settings.define(
                        "transactional.id.expiration.ms",
                        INT,
                        604_800_000,
                        atLeast(1),
                        HIGH,
                        "A transactional id without use for this long is forgotten.")
                .define(
                        "transaction.max.timeout.ms",
                        INT,
                        900_000,
                        atLeast(1),
                        HIGH,
                        "Longest time-out that a producer may ask for a transaction.")
                .define(
                        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                        INT,
                        10_000,
                        atLeast(1),
                        LOW,
                        "How often transactions past their time-out are aborted.")
                .define(
                        "transaction.remove.expired.transaction.cleanup.interval.ms",
                        INT,
                        3_600_000,
                        atLeast(1),
                        LOW,
                        "How often expired transactional ids are removed.")
                .define(
                        "transaction.two.phase.commit.enable",
                        BOOLEAN,
                        false,
                        LOW,
                        "Whether producers may take part in two-phase commit (KIP-939).")
                .define(
                        "transaction.partition.verification.enable",
                        BOOLEAN,
                        true,
                        LOW,
                        "Whether a transactional write is checked to belong to a transaction.")
                .define(
                        "producer.id.expiration.ms",
                        INT,
                        86_400_000,
                        atLeast(1),
                        LOW,
                        "State of a producer id without use for this long is dropped.")
                .defineInternal(
                        "producer.id.expiration.check.interval.ms",
                        INT,
                        600_000,
                        atLeast(1),
                        LOW,
                        "How often expired producer ids are looked for.")
                .define(
                        "add.partitions.to.txn.retry.backoff.ms",
                        INT,
                        20,
                        atLeast(1),
                        HIGH,
                        "Pause before partitions are added to a transaction again.")
                .define(
                        "add.partitions.to.txn.retry.backoff.max.ms",
                        INT,
                        100,
                        atLeast(0),
                        HIGH,
                        "Longest time for which adding partitions is tried again.");
    }

    private static void shareTopic(ConfigDef settings) {
        settings.define(
                        "share.coordinator.state.topic.num.partitions",
                        INT,
                        50,
                        atLeast(1),
                        HIGH,
                        "Partitions of __share_group_state; not to be changed once it exists.")
                .define(
                        "share.coordinator.state.topic.replication.factor",
                        SHORT,
                        (short) 3,
                        atLeast(1),
                        HIGH,
                        "Replicas of __share_group_state.")
                .define(
                        "share.coordinator.state.topic.min.isr",
                        SHORT,
                        (short) 2,
                        atLeast(1),
                        HIGH,
                        "min.insync.replicas of __share_group_state.")
                .define(
                        "share.coordinator.state.topic.segment.bytes",
                        INT,
                        STATE_SEGMENT_BYTES,
                        atLeast(1),
                        HIGH,
                        "Segment size of __share_group_state.")
                .define(
                        "share.coordinator.state.topic.compression.codec",
                        INT,
                        0,
                        HIGH,
                        "Codec number of batches in __share_group_state; 0 is none.")
                .defineInternal(
                        "share.coordinator.state.topic.prune.interval.ms",
                        INT,
                        300_000,
                        atLeast(1),
                        LOW,
                        "How often superseded share state is deleted.")
                .define(
                        "share.coordinator.load.buffer.size",
                        INT,
                        LOAD_BUFFER_BYTES,
                        atLeast(1),
                        HIGH,
                        "Bytes read at a time while share state is loaded.");
    }

    private static void shares(ConfigDef settings) {
        settings.define(
                        "share.coordinator.threads",
                        INT,
                        1,
                        atLeast(1),
                        MEDIUM,
                        "Threads of Kafka's share coordinator.")
                .define(
                        "share.coordinator.write.timeout.ms",
                        INT,
                        5000,
                        atLeast(1),
                        HIGH,
                        "How long a write of share state may take.")
                .define(
                        "share.coordinator.append.linger.ms",
                        INT,
                        -1,
                        atLeast(-1),
                        MEDIUM,
                        "How long share state is gathered before a write; -1 adapts itself.")
                .define(
                        "share.coordinator.cached.buffer.max.bytes",
                        INT,
                        1_048_588,
                        atLeast(512 * 1024),
                        MEDIUM,
                        "Largest write buffer that is kept for the next write.")
                .define(
                        "share.coordinator.snapshot.update.records.per.snapshot",
                        INT,
                        500,
                        between(0, 500),
                        MEDIUM,
                        "Updates of share state between two snapshots.")
                .defineInternal(
                        "share.coordinator.cold.partition.snapshot.interval.ms",
                        INT,
                        300_000,
                        atLeast(1),
                        LOW,
                        "How often share state without updates is snapshotted.")
                .define(
                        "errors.deadletterqueue.topic.name.prefix",
                        STRING,
                        "dlq.",
                        MEDIUM,
                        "How the names of share groups' dead-letter topics must begin (KIP-1191).");
    }
}
