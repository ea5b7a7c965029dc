package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Files that were damaged while the node was down or behind its back: the damage stays in one batch
 * or one partition, and the neighbour is served as before.
 */
class DamageIT {
    private static final int RECORDS = 300;
    private static final OwnBroker BROKER = OwnBroker.start();
    private static final List<String> ALL =
            IntStream.range(0, RECORDS).mapToObj(Integer::toString).toList();

    private final JavaClients clients = BROKER.clients();
    private final String topic = SharedBroker.unique("damaged");
    private final String neighbour = topic + "-neighbour";
    private final TopicPartition partition = new TopicPartition(topic, 0);

    @AfterAll
    static void closeBroker() {
        BROKER.close();
    }

    /** One record a batch, several segments, so that there are sealed ones and an active one. */
    @BeforeEach
    void fillTopics() {
        for (String name : List.of(topic, neighbour)) {
            clients.createTopic(
                    name, 1, "segment.bytes", "1048576", "index.interval.bytes", "4096");
            try (Producer<String, String> producer =
                    clients.producer("linger.ms", "0", "batch.size", "0")) {
                for (int i = 0; i < RECORDS; i++) {
                    producer.send(new ProducerRecord<>(name, "x".repeat(10_000), "" + i));
                }
            }
        }
        assertThat(BROKER.segments(partition)).hasSizeGreaterThan(2);
    }

    @Test
    void tornTailIsCutOff() {
        killAndDamage(() ->
                OwnBroker.append(
                        active(), new byte[] {0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 1, 0, 9, 9, 9}));
        assertThat(clients.readAll(topic)).isEqualTo(ALL);
        assertServesOn();
    }

    @Test
    void randomTailIsCutOff() {
        byte[] garbage = new byte[5_000];
        new Random(42).nextBytes(garbage);
        killAndDamage(() -> OwnBroker.append(active(), garbage));
        assertThat(clients.readAll(topic)).isEqualTo(ALL);
        assertServesOn();
    }

    @Test
    void zerosAtTheEndAreCutOff() {
        killAndDamage(() -> OwnBroker.append(active(), new byte[4096]));
        assertThat(clients.readAll(topic)).isEqualTo(ALL);
        assertServesOn();
    }

    @Test
    void zerosAtTheEndOfASealedSegmentDoNotStopTheNode() {
        killAndDamage(
                () -> OwnBroker.append(BROKER.segments(partition).getFirst(), new byte[4096]));
        assertNeighbourIsWhole();
    }

    @Test
    void truncatedActiveSegmentLosesOnlyItsEnd() {
        killAndDamage(() -> OwnBroker.truncate(active(), size(active()) - 5));
        assertThat(clients.readAll(topic)).isEqualTo(ALL.subList(0, RECORDS - 1));
        assertServesOn();
    }

    @Test
    void missingAndRuinedIndexesAreMadeAnew() {
        killAndDamage(() -> {
            BROKER.files(partition, ".index").forEach(DamageIT::delete);
            BROKER.files(partition, ".timeindex")
                    .forEach(file -> OwnBroker.append(file, new byte[] {1, 2, 3}));
        });
        assertThat(clients.readAll(topic)).isEqualTo(ALL);
        try (Consumer<String, String> consumer = clients.consumer()) {
            assertThat(consumer.offsetsForTimes(Map.of(partition, 0L)).get(partition))
                    .extracting("offset")
                    .isEqualTo(0L);
        }
        assertServesOn();
    }

    @Test
    void flippedBitInASealedSegmentIsServedToNobody() {
        killAndDamage(() -> OwnBroker.flipBit(BROKER.segments(partition).getFirst(), 50_000));
        assertNoFalseRecord();
        assertNeighbourIsWhole();
    }

    @Test
    void flippedBitInTheActiveSegmentIsServedToNobody() {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka does not start with this");
        killAndDamage(() -> OwnBroker.flipBit(active(), size(active()) / 2));
        assertNoFalseRecord();
        assertNeighbourIsWhole();
    }

    @Test
    void bitFlippedUnderTheRunningNodeIsServedToNobody() {
        OwnBroker.flipBit(BROKER.segments(partition).getFirst(), 50_000);
        assertNoFalseRecord();
        assertNeighbourIsWhole();
    }

    @Test
    void flippedBitCostsOneBatch() {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka serves the damage to the consumer");
        killAndDamage(() -> OwnBroker.flipBit(BROKER.segments(partition).getFirst(), 50_000));
        List<String> read = new ArrayList<>();
        try (Consumer<String, String> consumer = clients.consumer()) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 6);
            JavaClients.poll(consumer, RECORDS - 6).forEach(record -> read.add(record.value()));
        }
        assertThat(read).isEqualTo(ALL.subList(6, RECORDS));
    }

    @Test
    void partitionThatCannotBeReadIsOfflineAndTheNodeRuns() {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka ends when its only folder fails");
        killAndDamage(() -> {
            Path segment = BROKER.segments(partition).getFirst();
            delete(segment);
            Files.createSymbolicLink(segment, segment);
        });
        assertNeighbourIsWhole();
        assertThatThrownBy(
                        () -> {
                            try (Producer<String, String> producer =
                                    clients.producer(
                                            "delivery.timeout.ms",
                                            "3000",
                                            "request.timeout.ms",
                                            "2000",
                                            "linger.ms",
                                            "0",
                                            "max.block.ms",
                                            "3000")) {
                                await(producer.send(new ProducerRecord<>(topic, "v")));
                            }
                        })
                .isInstanceOf(KafkaException.class);
        try (Admin admin = clients.admin()) {
            await(admin.deleteTopics(List.of(topic)).all());
        }
    }

    @Test
    void segmentThatIsAFolderTakesOnlyItsPartitionOffline() {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka ends when its only folder fails");
        killAndDamage(() -> {
            Path segment = active();
            delete(segment);
            Files.createDirectory(segment);
        });
        assertNeighbourIsWhole();
    }

    /** Whatever is read stands where it was written, up to where the consumer is refused. */
    private void assertNoFalseRecord() {
        try (Consumer<String, String> consumer = clients.consumer()) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            until(
                    "the end or a refusal",
                    () -> {
                        try {
                            for (ConsumerRecord<String, String> record :
                                    consumer.poll(Duration.ofMillis(500))) {
                                assertThat(record.value()).isEqualTo("" + record.offset());
                                assertThat(record.key()).isEqualTo("x".repeat(10_000));
                            }
                            return consumer.position(partition)
                                    >= consumer.endOffsets(List.of(partition))
                                            .getOrDefault(partition, 0L);
                        } catch (KafkaException refusal) {
                            return true;
                        }
                    });
        }
    }

    private void assertServesOn() {
        clients.send(new ProducerRecord<>(topic, "after"));
        assertThat(clients.readAll(topic)).endsWith("after");
        assertNeighbourIsWhole();
    }

    private void assertNeighbourIsWhole() {
        assertThat(clients.readAll(neighbour)).isEqualTo(ALL);
        clients.send(new ProducerRecord<>(neighbour, "after"));
    }

    private Path active() {
        return BROKER.segments(partition).getLast();
    }

    private static void killAndDamage(Damage damage) {
        BROKER.process().kill();
        try {
            damage.happen();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        BROKER.process().restart();
    }

    private interface Damage {
        void happen() throws IOException;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
