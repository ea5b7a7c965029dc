package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import naru.testkit.FreePorts;
import naru.testkit.NaruProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** Kafka's Connect in a node: plug-ins of a folder, bad ones among them, over a kill. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConnectIT {
    private static final String SOURCE = "naru.systemtests.plugin.CountingSource";
    private static final String SINK = "naru.systemtests.plugin.FileSink";
    private static final String PLAIN = "org.apache.kafka.connect.storage.StringConverter";

    private final int port = FreePorts.find(1).getFirst();
    private final ConnectClient connect = new ConnectClient(port);

    @TempDir static Path folder = Path.of("");
    private @Nullable NaruProcess node;

    @BeforeAll
    void startNode() throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put("naru.services", "broker,connect");
        settings.put("naru.connect.listeners", "http://127.0.0.1:" + port);
        settings.put("naru.connect.plugin.path", PluginJar.in(folder).toString());
        // The plug-in says what it has; searching every class of all plug-ins takes seconds.
        settings.put("naru.connect.plugin.discovery", "service_load");
        settings.put("naru.connect.exactly.once.source.support", "enabled");
        settings.put("naru.connect.offset.storage.partitions", "1");
        settings.put("naru.connect.status.storage.partitions", "1");
        settings.put("naru.connect.offset.flush.interval.ms", "200");
        settings.put("naru.connect.value.converter", PLAIN);
        // A killed worker and the consumers of its sinks are missed soon.
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("naru.connect.session.timeout.ms", "3000");
        settings.put("naru.connect.heartbeat.interval.ms", "500");
        settings.put("naru.connect.consumer.session.timeout.ms", "3000");
        settings.put("naru.connect.consumer.heartbeat.interval.ms", "500");
        settings.put("naru.connect.restart.max", "1");
        settings.put("naru.connect.restart.backoff.ms", "200");
        node = NaruProcess.start(settings);
    }

    @AfterAll
    void stopNode() {
        node().close();
    }

    private NaruProcess node() {
        if (node == null) {
            throw new IllegalStateException("not started");
        }
        return node;
    }

    @Test
    @Order(1)
    void sleepsUntilItIsAsked() throws Exception {
        int asleep = node().threads();
        assertThat(topics()).doesNotContain("connect-configs");
        assertThat(connect.get("/").body().path("version").asText()).isEqualTo("4.3.1");
        assertThat(node().threads()).isGreaterThan(asleep);
    }

    @Test
    @Order(2)
    void wrongPropertiesAreNamed() throws Exception {
        ConnectClient.Answer answer =
                connect.ask(
                        "PUT",
                        "/connector-plugins/CountingSource/config/validate",
                        Map.of("connector.class", SOURCE, "name", "n", "fail.at", "soon"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("error_count").asInt()).isEqualTo(2);
        ConnectClient.Answer refused =
                connect.ask(
                        "PUT",
                        "/connectors/n/config",
                        Map.of("connector.class", "io.example.None"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().path("message").asText()).contains("io.example.None");
        assertThat(connect.get("/connectors/none/status").status()).isEqualTo(404);
    }

    @Test
    @Order(3)
    void dryRunShowsARecordAndWritesNone() throws Exception {
        Map<String, String> config = source("dry");
        config.put("transforms", "hoist");
        config.put("transforms.hoist.type", "org.apache.kafka.connect.transforms.HoistField$Value");
        config.put("transforms.hoist.field", "count");
        JsonNode outcome = connect.ask("POST", "/naru/dry-run", config).body();
        assertThat(outcome.path("records").path(0).path("value").asText())
                .isEqualTo("{\"count\":0}");
        assertThat(topics()).doesNotContain("dry");
    }

    @Test
    @Order(4)
    void everyNumberIsThereOnceAfterAKill() throws Exception {
        Path file = folder.resolve("numbers");
        connect.put("count", source("numbers"));
        connect.put(
                "write",
                Map.of(
                        "connector.class",
                        SINK,
                        "topics",
                        "numbers",
                        "file",
                        file.toString(),
                        "consumer.override.isolation.level",
                        "read_committed"));
        JavaClients.until("the sink has written", () -> highest(file) > 200);
        node().kill();
        node().restart();
        long before = highest(file);
        JavaClients.until("connectors go on", () -> highest(file) > before + 200);
        assertThat(connect.ask("PUT", "/connectors/count/stop", null).status()).isEqualTo(204);
        JsonNode offsets = connect.get("/connectors/write/offsets").body();
        assertThat(offsets.at("/offsets/0/offset/kafka_offset").asLong()).isPositive();
        List<Long> numbers = new ArrayList<>();
        try (Consumer<String, String> consumer =
                clients().consumer("isolation.level", "read_committed")) {
            List<TopicPartition> only = List.of(new TopicPartition("numbers", 0));
            consumer.assign(only);
            consumer.seekToBeginning(only);
            long end = consumer.endOffsets(only).getOrDefault(only.getFirst(), 0L);
            while (consumer.position(only.getFirst()) < end) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(1))) {
                    numbers.add(Long.parseLong(each.value()));
                }
            }
        }
        assertThat(numbers).isEqualTo(LongStream.range(0, numbers.size()).boxed().toList());
        assertThat(numbers).hasSizeGreaterThan(400);
    }

    @Test
    @Order(5)
    void badRecordsArePutAside() throws Exception {
        Path file = folder.resolve("good");
        clients().createTopic("mixed", 1);
        try (Producer<String, String> producer = clients().producer()) {
            for (String value : List.of("{\"a\":1}", "no JSON", "{\"a\":2}")) {
                JavaClients.await(producer.send(new ProducerRecord<>("mixed", value)));
            }
        }
        connect.put(
                "tolerant",
                Map.of(
                        "connector.class",
                        SINK,
                        "topics",
                        "mixed",
                        "file",
                        file.toString(),
                        "value.converter",
                        "org.apache.kafka.connect.json.JsonConverter",
                        "value.converter.schemas.enable",
                        "false",
                        "errors.tolerance",
                        "all",
                        "errors.deadletterqueue.topic.name",
                        "mixed-bad",
                        "errors.deadletterqueue.topic.replication.factor",
                        "1",
                        "errors.deadletterqueue.context.headers.enable",
                        "true"));
        JavaClients.until("good records are written", () -> lines(file) == 2);
        try (Consumer<String, String> consumer = clients().consumer()) {
            consumer.assign(List.of(new TopicPartition("mixed-bad", 0)));
            consumer.seekToBeginning(consumer.assignment());
            List<ConsumerRecord<String, String>> bad = new ArrayList<>();
            JavaClients.until(
                    "the bad one is aside",
                    () -> {
                        consumer.poll(Duration.ofMillis(200)).forEach(bad::add);
                        return !bad.isEmpty();
                    });
            assertThat(bad.getFirst().value()).isEqualTo("no JSON");
            assertThat(bad.getFirst().headers().lastHeader("__connect.errors.exception.message"))
                    .isNotNull();
        }
    }

    @Test
    @Order(6)
    void whatThrowsIsRestartedAndThenToldAndTheRestGoesOn() throws Exception {
        Map<String, String> config = source("short");
        config.put("fail.at", "5");
        connect.put("thrower", config);
        JavaClients.until(
                "it is given up",
                () -> {
                    JsonNode told = connect.get("/naru/connectors/thrower").body();
                    return told.path("restarts").path(0).path("givenUp").asBoolean();
                });
        JsonNode status = connect.get("/connectors/thrower/status").body();
        assertThat(status.path("tasks").path(0).path("state").asText()).isEqualTo("FAILED");
        assertThat(status.path("tasks").path(0).path("trace").asText()).contains("not to my taste");
        JsonNode log = connect.get("/naru/connectors/thrower/log").body();
        assertThat(log.toString()).contains("not to my taste");
        assertThat(node().isAlive()).isTrue();
        assertThat(connect.ask("DELETE", "/connectors/thrower", null).status()).isEqualTo(204);
    }

    @Test
    @Order(7)
    void documentedCommandsPrintWhatIsShown() throws Exception {
        Map<String, String> shown =
                Map.of("127.0.0.1:8083", "127.0.0.1:" + port, "/data/", folder + "/");
        for (String each : List.of("count", "write", "tolerant")) {
            assertThat(connect.ask("DELETE", "/connectors/" + each, null).status()).isEqualTo(204);
        }
        assertThat(
                        new DocumentedExamples("docs/connect.md", folder, node().bootstrap(), shown)
                                .verify())
                .isGreaterThan(10);
    }

    private static Map<String, String> source(String topic) {
        Map<String, String> config = new HashMap<>();
        config.put("connector.class", SOURCE);
        config.put("topic", topic);
        config.put("topic.creation.default.partitions", "1");
        config.put("topic.creation.default.replication.factor", "1");
        return config;
    }

    private JavaClients clients() {
        return new JavaClients(node().bootstrap());
    }

    private Set<String> topics() {
        try (Admin admin = clients().admin()) {
            return JavaClients.await(admin.listTopics().names());
        }
    }

    /** After a kill a sink is given some numbers again, so lines say little. */
    private static long highest(Path file) {
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream()
                            .filter(line -> !line.isBlank())
                            .mapToLong(Long::parseLong)
                            .max()
                            .orElse(0)
                    : 0;
        } catch (IOException fault) {
            throw new AssertionError(fault);
        }
    }

    private static int lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file).size() : 0;
        } catch (IOException fault) {
            throw new AssertionError(fault);
        }
    }
}
