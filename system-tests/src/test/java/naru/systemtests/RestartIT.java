package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.poll;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** A clean stop and a new start, with clients that stay. */
class RestartIT {
    private static final OwnBroker BROKER = OwnBroker.start();
    private final JavaClients clients = BROKER.clients();

    @AfterAll
    static void closeBroker() {
        BROKER.close();
    }

    @Test
    void topicsRecordsOffsetsAndConfigsSurvive() {
        clients.createTopic("kept", 2, "retention.ms", "123456789");
        clients.sendNumbers("kept", 50);
        try (Consumer<String, String> consumer = clients.consumer("group.id", "kept")) {
            consumer.subscribe(List.of("kept"));
            poll(consumer, 50);
            consumer.commitSync();
        }

        assertThat(BROKER.process().stop()).isIn(0, 143);
        BROKER.process().restart();

        assertThat(clients.readAll("kept")).hasSize(50);
        clients.sendNumbers("kept", 4);
        try (Consumer<String, String> consumer = clients.consumer("group.id", "kept")) {
            consumer.subscribe(List.of("kept"));
            assertThat(poll(consumer, 4)).hasSize(4);
        }
        try (Admin admin = clients.admin()) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "kept");
            var config = await(admin.describeConfigs(List.of(resource)).values().get(resource));
            assertThat(config.get("retention.ms")).extracting("value").isEqualTo("123456789");
        }
    }

    @Test
    void clientsThatStayLoseAndRepeatNothing() {
        clients.createTopic("during", 1);
        try (Producer<String, String> producer = clients.producer("max.block.ms", "120000");
                Consumer<String, String> consumer = clients.consumer("group.id", "during")) {
            consumer.subscribe(List.of("during"));
            List<Future<RecordMetadata>> sent = new ArrayList<>(send(producer, 0, 100));
            List<ConsumerRecord<String, String>> read = new ArrayList<>(poll(consumer, 100));
            consumer.commitSync();
            BROKER.process().stop();
            Thread meanwhile =
                    Thread.startVirtualThread(() -> sent.addAll(send(producer, 100, 200)));
            BROKER.process().restart();
            JavaClients.until("end of the writer", () -> !meanwhile.isAlive());
            sent.addAll(send(producer, 200, 300));
            sent.forEach(JavaClients::await);
            read.addAll(poll(consumer, 200));
            assertThat(read)
                    .extracting(ConsumerRecord::value)
                    .isEqualTo(IntStream.range(0, 300).mapToObj(Integer::toString).toList());
        }
    }

    @Test
    void deletedTopicDoesNotComeBack() {
        clients.createTopic("deleted", 1);
        clients.sendNumbers("deleted", 10);
        try (Admin admin = clients.admin()) {
            await(admin.deleteTopics(List.of("deleted")).all());
        }
        BROKER.process().stop();
        BROKER.process().restart();
        try (Admin admin = clients.admin()) {
            assertThat(await(admin.listTopics().names())).doesNotContain("deleted");
        }
        clients.createTopic("deleted", 1);
        assertThat(clients.readAll("deleted")).isEmpty();
    }

    @Test
    void deletedRecordsStayDeleted() {
        clients.createTopic("shortened", 1);
        clients.sendNumbers("shortened", 10);
        TopicPartition partition = new TopicPartition("shortened", 0);
        try (Admin admin = clients.admin()) {
            await(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(6))).all());
        }
        BROKER.process().stop();
        BROKER.process().restart();
        assertThat(clients.readAll("shortened")).containsExactly("6", "7", "8", "9");
    }

    private static List<Future<RecordMetadata>> send(
            Producer<String, String> producer, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> producer.send(new ProducerRecord<>("during", "" + i)))
                .toList();
    }
}
