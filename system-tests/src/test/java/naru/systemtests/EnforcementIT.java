package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.FreePorts;
import naru.testkit.NaruProcess;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Records that are not of their schema, from a producer that knows nothing of it. */
class EnforcementIT {
    private static final byte[] NOT_FRAMED = "{}".getBytes(StandardCharsets.UTF_8);

    private static NaruProcess naru;
    private static int registryPort;
    private static int id;

    @BeforeAll
    static void start() throws Exception {
        registryPort = FreePorts.find(1).getFirst();
        naru =
                NaruProcess.start(
                        Map.of(
                                "naru.services",
                                "broker,registry",
                                "naru.registry.listeners",
                                "http://127.0.0.1:" + registryPort));
        for (String topic : List.of("warned", "rejected", "quarantined")) {
            id = register(topic + "-value");
        }
    }

    @AfterAll
    static void stop() {
        naru.close();
    }

    private static JavaClients clients() {
        return new JavaClients(naru.bootstrap());
    }

    private static int register(String subject) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:%d/subjects/%s/versions"
                                                            .formatted(registryPort, subject)))
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "{\"schema\":\"\\\"string\\\"\"}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return Integer.parseInt(answer.body().replaceAll("\\D", ""));
        }
    }

    /** An Avro string in the wire format. */
    private static byte[] avro(int schemaId, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(6 + utf8.length)
                .put((byte) 0)
                .putInt(schemaId)
                .put((byte) (2 * utf8.length))
                .put(utf8)
                .array();
    }

    private static Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        Map<String, Object> all =
                new java.util.HashMap<>(
                        Map.of(
                                "bootstrap.servers",
                                naru.bootstrap(),
                                "linger.ms",
                                "1000",
                                "compression.type",
                                "lz4"));
        all.putAll(settings);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends the values as one batch; what became of each. */
    private static List<String> send(String topic, byte[]... values) throws InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        List<String> outcomes = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = producer(Map.of())) {
            for (byte[] value : values) {
                sent.add(producer.send(new ProducerRecord<>(topic, value)));
            }
            producer.flush();
            for (Future<RecordMetadata> each : sent) {
                try {
                    outcomes.add("at " + each.get(60, TimeUnit.SECONDS).offset());
                } catch (ExecutionException refused) {
                    // The producer tells the good ones of a refused batch by a more general fault.
                    assertThat(refused.getCause()).isInstanceOf(KafkaException.class);
                    outcomes.add(refused.getCause().getMessage());
                } catch (java.util.concurrent.TimeoutException late) {
                    throw new AssertionError(late);
                }
            }
        }
        return outcomes;
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String topic, int count) {
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", naru.bootstrap()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            JavaClients.until(
                    count + " records in " + topic,
                    () -> {
                        consumer.poll(java.time.Duration.ofMillis(100)).forEach(records::add);
                        return records.size() >= count;
                    });
            return records;
        }
    }

    @Test
    void javaScriptClientOfTheRegistryRegistersChecksAndDeletes() {
        ForeignClient.SCHEMAREGISTRY.require();
        assertThat(
                        ForeignClient.SCHEMAREGISTRY
                                .run("exchange", "http://127.0.0.1:" + registryPort, "exchange")
                                .succeeded())
                .contains("done");
    }

    @Test
    void warnedTopicTakesEverything() throws Exception {
        clients().createTopic("warned", 1, "naru.schema.validation", "warn");

        assertThat(send("warned", avro(id, "a"), NOT_FRAMED)).containsExactly("at 0", "at 1");
        assertThat(read("warned", 2)).hasSize(2);
    }

    @Test
    void rejectingTopicNamesEachRecordAndFieldAndGoesOn() throws Exception {
        clients().createTopic("rejected", 1, "naru.schema.validation", "reject");
        byte[] cut = avro(id, "cut");
        byte[] unknown = avro(id + 4711, "x");

        List<String> refused =
                send(
                        "rejected",
                        avro(id, "sound"),
                        NOT_FRAMED,
                        java.util.Arrays.copyOf(cut, cut.length - 1),
                        unknown);

        assertThat(refused.get(0)).contains("part of a batch");
        assertThat(refused.get(1)).contains("value: not in the wire format");
        assertThat(refused.get(2)).contains("not of the schema with id " + id);
        assertThat(refused.get(3)).contains("has no schema with id " + (id + 4711));
        assertThat(send("rejected", avro(id, "sound"))).containsExactly("at 0");
    }

    @Test
    void quarantineTakesBadRecordsAndTheOthersStayWhereTheyAreAfterAKill() throws Exception {
        clients().createTopic("quarantined", 1, "naru.schema.validation", "quarantine");

        List<String> sent =
                send("quarantined", avro(id, "one"), NOT_FRAMED, avro(id, "two"), NOT_FRAMED);
        naru.kill();
        naru.restart();

        assertThat(sent).containsExactly("at 0", "at 1", "at 2", "at 3");
        assertThat(read("quarantined", 2))
                .extracting(ConsumerRecord::offset)
                .containsExactly(0L, 2L);
        List<ConsumerRecord<byte[], byte[]>> aside = read("quarantined.quarantine", 2);
        assertThat(aside).hasSize(2);
        assertThat(
                        new String(
                                aside.getFirst()
                                        .headers()
                                        .lastHeader("naru.quarantine.reason")
                                        .value(),
                                StandardCharsets.UTF_8))
                .contains("not in the wire format");
        assertThat(send("quarantined", avro(id, "three"))).containsExactly("at 4");
    }

    @Test
    void producerIsToldToTryAgainWhileTheRegistryIsAwayAndOthersGoOn() throws Exception {
        int nobody = FreePorts.find(1).getFirst();
        try (NaruProcess alone =
                NaruProcess.start(
                        Map.of(
                                "naru.services",
                                "broker",
                                "naru.schema.registry.url",
                                "http://127.0.0.1:" + nobody,
                                "naru.schema.registry.timeout.ms",
                                "1000"))) {
            JavaClients clients = new JavaClients(alone.bootstrap());
            clients.createTopic("checked", 1, "naru.schema.validation", "reject");
            clients.createTopic("free", 1);
            Map<String, Object> impatient =
                    Map.of(
                            "bootstrap.servers",
                            alone.bootstrap(),
                            "delivery.timeout.ms",
                            "3000",
                            "request.timeout.ms",
                            "1500",
                            "linger.ms",
                            "0");
            try (Producer<byte[], byte[]> producer = producer(impatient)) {
                Future<RecordMetadata> waiting =
                        producer.send(new ProducerRecord<>("checked", avro(1, "a")));
                Future<RecordMetadata> free =
                        producer.send(new ProducerRecord<>("free", avro(1, "a")));

                assertThat(free.get(60, TimeUnit.SECONDS).offset()).isZero();
                assertThat(failure(waiting)).isInstanceOf(TimeoutException.class);
            }
            assertThat(clients.readAll("checked")).isEmpty();
        }
    }

    private static Throwable failure(Future<RecordMetadata> sent) throws Exception {
        try {
            sent.get(60, TimeUnit.SECONDS);
            throw new AssertionError("it was acknowledged");
        } catch (ExecutionException refused) {
            return refused.getCause();
        }
    }
}
