package naru.broker;

import static naru.broker.ThreeNodes.get;
import static naru.broker.ThreeNodes.inEach;
import static naru.broker.ThreeNodes.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Transactions whose partitions, groups and coordinators are on different nodes. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionsAcrossNodesTest {
    private static final String TRANSACTIONS = Topic.TRANSACTION_STATE_TOPIC_NAME;
    private static final String OFFSETS = Topic.GROUP_METADATA_TOPIC_NAME;

    private ThreeNodes nodes;
    private String topic = "";

    /** Somebody asks for each coordinator, so that their topics are there. */
    @BeforeAll
    void start(@TempDir Path folder) {
        nodes = new ThreeNodes(folder);
        nodes.createTopic("first", Map.of());
        try (KafkaProducer<String, String> first = producer("first")) {
            first.initTransactions();
        }
        try (KafkaConsumer<String, String> first = nodes.consumer("first", "classic")) {
            first.commitSync(Map.of(new TopicPartition("first", 0), new OffsetAndMetadata(0)));
        }
        nodes.awaitOnAll(
                image -> image.topic(TRANSACTIONS) != null && image.topic(OFFSETS) != null);
    }

    @AfterAll
    void stop() {
        nodes.close();
    }

    @BeforeEach
    void create(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName();
        nodes.createTopic(topic, Map.of());
    }

    private KafkaProducer<String, String> producer(String transactionalId) {
        return nodes.producer(
                "transactional.id", transactionalId, "transaction.timeout.ms", 60_000);
    }

    private void sendEnd() {
        try (KafkaProducer<String, String> plain = nodes.producer("acks", "all")) {
            send(plain, topic, "end");
        }
    }

    private long committedOffset(String group) {
        try (Admin admin = nodes.admin()) {
            Map<TopicPartition, OffsetAndMetadata> offsets =
                    get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
            return requireNonNull(offsets.get(new TopicPartition(topic, 0)), group).offset();
        }
    }

    @Test
    void internalTopicsHaveThreeReplicas() {
        assertThat(nodes.state(TRANSACTIONS, 0).replicas()).hasSize(3);
        assertThat(nodes.state(OFFSETS, 0).replicas()).hasSize(3);
    }

    /** Two that commit and two that abort, each with records on all nodes and an offset. */
    private void run(KafkaProducer<String, String> producer, String name, String group) {
        for (int round = 0; round < 4; round++) {
            boolean commits = round % 2 == 0;
            producer.beginTransaction();
            send(producer, topic, name + (commits ? " kept " : " dropped ") + round);
            producer.sendOffsetsToTransaction(
                    Map.of(
                            new TopicPartition(topic, 0),
                            new OffsetAndMetadata((commits ? 10 : 100) + round)),
                    metadata(group));
            if (commits) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    private ConsumerGroupMetadata metadata(String group) {
        try (KafkaConsumer<String, String> member = nodes.consumer(group, "classic")) {
            return member.groupMetadata();
        }
    }

    private void assertWholeWithEachCoordinator() {
        List<String> expected = new ArrayList<>(inEach("end"));
        for (int coordinator : ThreeNodes.ALL) {
            String id = nodes.key(topic, TRANSACTIONS, node -> node == coordinator);
            String group = nodes.key(topic, OFFSETS, node -> node != coordinator);
            try (KafkaProducer<String, String> producer = producer(id)) {
                producer.initTransactions();
                run(producer, id, group);
            }
            expected.addAll(inEach(id + " kept 0", id + " kept 2"));

            assertThat(committedOffset(group)).as("%s with %s", group, id).isEqualTo(12);
        }
        sendEnd();
        assertThat(nodes.committedUntil(topic, "end"))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void transactionsOverAllNodesAreSeenWholeOrNotAtAll() {
        assertWholeWithEachCoordinator();
    }

    /** Their leaders only ask whether a partition is in the transaction (KIP-890, first part). */
    @Test
    void transactionsOfClientsThatAddPartitionsThemselvesAreWholeToo() {
        setTransactionVersion((short) 1, UpgradeType.SAFE_DOWNGRADE);
        try {
            assertWholeWithEachCoordinator();
        } finally {
            setTransactionVersion((short) 2, UpgradeType.UPGRADE);
        }
    }

    private void setTransactionVersion(short version, UpgradeType how) {
        try (Admin admin = nodes.admin()) {
            get(
                    admin.updateFeatures(
                                    Map.of("transaction.version", new FeatureUpdate(version, how)),
                                    new UpdateFeaturesOptions())
                            .all());
        }
    }

    @Test
    void nextCoordinatorGoesOnWhereTheOneThatVanishedWas() {
        int gone = nodes.coordinator(TRANSACTIONS, "anything");
        String commits = nodes.key("commits", TRANSACTIONS, node -> node == gone);
        String silent = nodes.key("silent", TRANSACTIONS, node -> node == gone);
        String fenced = nodes.key("fenced", TRANSACTIONS, node -> node == gone);
        String group = nodes.key(topic, OFFSETS, node -> node == gone);
        try (KafkaProducer<String, String> committing = producer(commits);
                KafkaProducer<String, String> former = producer(fenced);
                KafkaProducer<String, String> latter = producer(fenced)) {
            committing.initTransactions();
            run(committing, commits, group);
            committing.beginTransaction();
            send(committing, topic, "begun before");
            committing.sendOffsetsToTransaction(
                    Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(99)),
                    metadata(group));
            former.initTransactions();
            former.beginTransaction();
            send(former, topic, "fenced");
            leaveOpen(silent);
            nodes.vanish(gone);
            committing.commitTransaction();
            latter.initTransactions();
            latter.beginTransaction();
            send(latter, topic, "of the latter");
            latter.commitTransaction();

            assertThatThrownBy(former::commitTransaction)
                    .isInstanceOf(ProducerFencedException.class);
            assertThat(committedOffset(group)).isEqualTo(99);
        }
        sendEnd();
        List<String> seen = nodes.committedUntil(topic, "end");
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(
                        inEach(
                                commits + " kept 0",
                                commits + " kept 2",
                                "begun before",
                                "of the latter",
                                "end"));
        nodes.bringBack(gone);
        assertThat(nodes.committedUntil(topic, "end")).containsExactlyInAnyOrderElementsOf(seen);
    }

    /** Begins a transaction that nobody ends but its time-out. */
    private void leaveOpen(String transactionalId) {
        KafkaProducer<String, String> producer =
                nodes.producer(
                        "transactional.id", transactionalId, "transaction.timeout.ms", 6_000);
        producer.initTransactions();
        producer.beginTransaction();
        send(producer, topic, "left open");
        producer.close(Duration.ZERO);
    }
}
