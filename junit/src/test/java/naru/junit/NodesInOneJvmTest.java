package naru.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

class NodesInOneJvmTest {
    private static final long SETTLED_WITHIN_NANOS = Duration.ofSeconds(30).toNanos();

    private Traces before = Traces.now();

    /** What Java and Kafka's libraries start once and keep is there afterwards. */
    @BeforeAll
    static void oneNodeHasRun() throws Exception {
        try (Naru naru = Naru.start()) {
            send(naru, "warm", "up");
            assertThat(read(naru, "warm")).containsExactly("up");
        }
    }

    @BeforeEach
    void look() {
        before = Traces.now();
    }

    @Test
    void nodesSideBySideAndOneAfterAnotherLeaveNothingBehind() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (Naru naru = Naru.start()) {
                send(naru, "greetings", "hello");
            }
        }
        List<Naru> nodes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            nodes.add(Naru.start());
        }
        for (Naru naru : nodes) {
            naru.createTopic("greetings", 1);
        }
        assertThat(nodes).extracting(Naru::bootstrapServers).doesNotHaveDuplicates();
        assertThat(Traces.now().folders()).hasSize(before.folders().size() + 10);
        nodes.forEach(Naru::close);
        assertNothingIsLeft();
    }

    @Test
    void nodesSideBySideKnowNothingOfEachOther() throws Exception {
        try (Naru other = Naru.start()) {
            try (Naru one = Naru.start()) {
                one.createTopic("greetings", 1);
                other.createTopic("greetings", 2);
                send(one, "greetings", "from one");
                send(other, "greetings", "from other");
                assertThat(read(one, "greetings")).containsExactly("from one");
                assertThat(read(other, "greetings")).containsExactly("from other");
            }
            send(other, "greetings", "still here");
            assertThat(read(other, "greetings"))
                    .containsExactlyInAnyOrder("from other", "still here");
        }
        assertNothingIsLeft();
    }

    @Test
    void groupGoesOnWhereItWasOnTheSameFolder(@TempDir Path folder) throws Exception {
        try (Naru naru = Naru.builder().folder(folder).start()) {
            send(naru, "orders", "first");
            assertThat(readAs("billing", naru, "orders")).containsExactly("first");
        }
        try (Naru naru = Naru.builder().folder(folder).start()) {
            send(naru, "orders", "second");
            assertThat(readAs("billing", naru, "orders")).containsExactly("second");
        }
        assertThat(folder.resolve("orders-0")).isDirectory();
        assertNothingIsLeft();
    }

    @Test
    void topicThatExistsIsNotCreatedAgain() {
        try (Naru naru = Naru.start()) {
            naru.createTopic("orders", 1);
            assertThatThrownBy(() -> naru.createTopic("orders", 1))
                    .isInstanceOf(TopicExistsException.class);
            assertThatThrownBy(() -> naru.createTopic("no/name", 1))
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContaining("no/name");
        }
    }

    @Test
    void wrongSettingIsNamedWithWhatWouldBeRight(@TempDir Path folder) {
        assertThatThrownBy(() -> Naru.builder().set("num.partitions", "many").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("num.partitions=many: must be a whole number");
        assertThatThrownBy(() -> Naru.builder().set("num.partitoins", "3").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("num.partitions");
        assertThatThrownBy(() -> Naru.builder().set("log.dirs", folder.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("folder(Path.of(");
        assertNothingIsLeft();
    }

    @Test
    void failedStartLeavesNothingBehind(@TempDir Path folder) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listener = "PLAINTEXT://127.0.0.1:" + taken.getLocalPort();
            before = Traces.now();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> Naru.builder().set("listeners", listener).start())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(listener);
            }
            assertNothingIsLeft();
        }
        Naru.builder().set("node.id", "7").folder(folder).start().close();
        before = Traces.now();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> Naru.builder().set("node.id", "8").folder(folder).start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("node.id=7");
        }
        assertNothingIsLeft();
    }

    @Test
    void folderBelongsToOneNodeAtATime(@TempDir Path folder) throws Exception {
        try (Naru naru = Naru.builder().folder(folder).start()) {
            assertThatThrownBy(() -> Naru.builder().folder(folder).start())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(folder.toString());
            send(naru, "orders", "still taken");
        }
        assertThat(Files.exists(folder)).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void interruptedThreadClosesAllTheSame() {
        Naru naru = Naru.start();
        naru.createTopic("orders", 4);
        Thread.currentThread().interrupt();
        naru.close();
        assertThat(Thread.interrupted()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void closeEndsConnectionsAndIsDoneOnce() throws Exception {
        Naru naru = Naru.start();
        var consumer = consumer(naru, Map.of("group.id", "watchers"));
        try (var producer = producer(naru)) {
            producer.send(new ProducerRecord<>("orders", "one")).get();
            consumer.subscribe(List.of("orders"));
            assertThat(values(consumer)).containsExactly("one");
            naru.close();
            naru.close();
            assertThat(Traces.now().folders()).isEqualTo(before.folders());
            var next = producer.send(new ProducerRecord<>("orders", "two"));
            assertThatThrownBy(next::get).isInstanceOf(ExecutionException.class);
            consumer.close(CloseOptions.timeout(Duration.ofMillis(100)));
        }
        assertNothingIsLeft();
    }

    /** Clients and Java give their last descriptors back a moment later. */
    private void assertNothingIsLeft() {
        long deadline = System.nanoTime() + SETTLED_WITHIN_NANOS;
        while (!Traces.now().addedSince(before).isEmpty() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(Traces.now().addedSince(before)).isEmpty();
    }

    private static KafkaProducer<String, String> producer(Naru naru) {
        Map<String, Object> properties =
                Map.of(
                        "bootstrap.servers", naru.bootstrapServers(),
                        "delivery.timeout.ms", "3000",
                        "request.timeout.ms", "2000",
                        "max.block.ms", "10000");
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(Naru naru, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(more);
        properties.put("bootstrap.servers", naru.bootstrapServers());
        properties.put("auto.offset.reset", "earliest");
        properties.put("default.api.timeout.ms", "5000");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }

    private static void send(Naru naru, String topic, String value) throws Exception {
        try (var producer = producer(naru)) {
            producer.send(new ProducerRecord<>(topic, value)).get();
        }
    }

    /** All there is in the topic. */
    private static List<String> read(Naru naru, String topic) {
        try (var consumer = consumer(naru, Map.of())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            consumer.assign(partitions);
            long all =
                    consumer.endOffsets(partitions).values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
            List<String> values = new ArrayList<>();
            while (values.size() < all) {
                values.addAll(values(consumer));
            }
            return values;
        }
    }

    private static List<String> readAs(String group, Naru naru, String topic) {
        try (var consumer = consumer(naru, Map.of("group.id", group))) {
            consumer.subscribe(List.of(topic));
            return values(consumer);
        }
    }

    private static List<String> values(KafkaConsumer<String, String> consumer) {
        List<String> values = new ArrayList<>();
        for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(30))) {
            values.add(each.value());
        }
        return values;
    }
}
