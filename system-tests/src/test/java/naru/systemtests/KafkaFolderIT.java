package naru.systemtests;

import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.FreePorts;
import naru.testkit.KafkaProcess;
import naru.testkit.NaruProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * One data folder goes from Apache Kafka 4.3.1 to Naru and back, stopped and killed, while clients
 * go on. Nobody tells Naru more of the folder than where it is.
 */
class KafkaFolderIT {
    private static final int KEYS = 500;
    private static final int UPDATES = 16_000;
    private static final TopicPartition PARTITION = new TopicPartition("compacted", 0);
    private static final Map<String, String> SETTINGS =
            Map.ofEntries(
                    Map.entry("log.cleaner.backoff.ms", "100"),
                    Map.entry("log.cleaner.dedupe.buffer.size", "4000000"),
                    Map.entry("broker.session.timeout.ms", "2000"),
                    Map.entry("broker.heartbeat.interval.ms", "500"),
                    Map.entry("group.initial.rebalance.delay.ms", "0"),
                    Map.entry(
                            "authorizer.class.name",
                            "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
                    Map.entry("super.users", "User:ANONYMOUS"),
                    Map.entry("sasl.enabled.mechanisms", "SCRAM-SHA-256"),
                    Map.entry("group.streams.initial.rebalance.delay.ms", "0"));

    /** A record that was read; offset and content. */
    private record Stored(long offset, String key, @Nullable String value) {}

    private final Map<String, String> latest = new TreeMap<>();
    private final List<Integer> ports = FreePorts.find(3);
    private final JavaClients clients = new JavaClients("127.0.0.1:" + ports.get(0));

    @TempDir Path home;

    @Test
    void bothServeWhatTheOtherHasLeft() throws IOException {
        FolderContents contents = new FolderContents(clients, ports.get(1));
        try (KafkaProcess kafka = KafkaProcess.prepare(ports.get(0), forKafka());
                NaruProcess naru = NaruProcess.on(kafka.dataFolder(), forNaru(), Map.of())) {
            Path folder = kafka.dataFolder().resolve(PARTITION.toString());
            kafka.restart();
            createTopic();
            LiveWriter writer = new LiveWriter(clients, "live");
            contents.add(1);
            addWhatIsDocumented();
            List<Stored> stored = updateAndCompact(folder, "lz4");
            Map<String, String> facts = facts();
            kafka.stop();

            naru.useConfig(kafka.propertiesFile());
            naru.restart();
            assertSame(read(), stored);
            assertFacts(facts);
            contents.verify(1);
            var shown =
                    new DocumentedExamples("docs/migrate.md", home, clients.bootstrap(), Map.of());
            assertThat(shown.verify()).isEqualTo(2);
            contents.add(2);
            facts = facts();
            naru.kill();

            kafka.restart();
            assertFacts(facts);
            contents.verify(2);
            contents.add(3);
            facts = facts();
            awaitStartOnDisk(kafka.dataFolder(), "cut-3 0 4");
            kafka.kill();

            naru.useConfig(null);
            naru.restart();
            assertFacts(facts);
            contents.verify(3);
            contents.add(4);
            stored = updateAndCompact(folder, "zstd");
            facts = facts();
            naru.stop();
            assertThat(dump(folder)).doesNotContain("isvalid: false");

            kafka.restart();
            assertFacts(facts);
            assertSame(read(), stored);
            contents.verify(4);
            writer.finishAndVerify();
        }
    }

    /** Kafka writes from time to time where logs start, and forgets the rest when it is killed. */
    private static void awaitStartOnDisk(Path dataFolder, String line) {
        Path checkpoint = dataFolder.resolve("log-start-offset-checkpoint");
        until(
                line + " in " + checkpoint,
                () -> {
                    try {
                        return Files.readAllLines(checkpoint).contains(line);
                    } catch (IOException notYet) {
                        return false;
                    }
                });
    }

    private void addWhatIsDocumented() {
        clients.createTopic("orders", 1);
        for (String order : List.of("tea", "coffee", "bread")) {
            clients.send(new ProducerRecord<>("orders", order));
        }
        try (Consumer<String, String> consumer =
                clients.consumer("group.id", "billing", "max.poll.records", "2")) {
            consumer.subscribe(List.of("orders"));
            JavaClients.poll(consumer, 2);
            consumer.commitSync();
        }
    }

    private Map<String, String> forKafka() {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("listeners", listeners() + ",STEERING://127.0.0.1:" + ports.get(2));
        settings.put("advertised.listeners", listeners());
        settings.put(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,STEERING:PLAINTEXT");
        settings.put("log.flush.start.offset.checkpoint.interval.ms", "500");
        settings.put("controller.listener.names", "STEERING");
        settings.put("controller.quorum.bootstrap.servers", "127.0.0.1:" + ports.get(2));
        settings.put(
                "listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        return settings;
    }

    private Map<String, String> forNaru() {
        Map<String, String> settings = new HashMap<>(SETTINGS);
        settings.put("listeners", listeners());
        return settings;
    }

    private String listeners() {
        return "PLAINTEXT://127.0.0.1:%d,SASL_PLAINTEXT://127.0.0.1:%d"
                .formatted(ports.get(0), ports.get(1));
    }

    private Map<String, String> facts() {
        try (Admin admin = clients.admin()) {
            return ClusterFacts.read(admin);
        }
    }

    /**
     * What is written to all the time has moved on. Kafka serves before its coordinators have read
     * their logs, and until then lists nothing of what is in them.
     */
    private void assertFacts(Map<String, String> before) {
        before.remove("end live-0");
        Map<String, String> now = new TreeMap<>();
        try {
            until(
                    "the same facts",
                    () -> {
                        now.clear();
                        now.putAll(facts());
                        now.remove("end live-0");
                        return now.equals(before);
                    });
        } catch (AssertionError different) {
            assertThat(now).isEqualTo(before);
        }
    }

    private void createTopic() {
        clients.createTopic(
                PARTITION.topic(),
                1,
                "cleanup.policy",
                "compact",
                "segment.bytes",
                "1048576",
                "min.cleanable.dirty.ratio",
                "0.01");
    }

    /** Writes records and tombstones, waits until they are compacted, and checks what is left. */
    private List<Stored> updateAndCompact(Path folder, String codec) {
        List<Future<?>> sent = new ArrayList<>();
        Random random = new Random(UPDATES);
        try (Producer<String, String> producer =
                clients.producer("compression.type", codec, "batch.size", "4000")) {
            for (int i = 0; i < UPDATES; i++) {
                String key = "key" + (i * 31) % KEYS;
                String value = i % 97 == 0 ? null : codec + i + noise(random);
                if (value == null) {
                    latest.remove(key);
                } else {
                    latest.put(key, value);
                }
                sent.add(producer.send(new ProducerRecord<>(PARTITION.topic(), key, value)));
            }
            sent.forEach(JavaClients::await);
        }
        until("a compacted log", () -> firstSegmentBytes(folder) < 200_000);
        List<Stored> left = read();
        assertThat(values(left)).isEqualTo(latest);
        return left;
    }

    /** Nothing but what the other had, under its offset; less if this one has compacted too. */
    private void assertSame(List<Stored> here, List<Stored> there) {
        assertThat(Set.copyOf(there).containsAll(here)).isTrue();
        assertThat(values(here)).isEqualTo(latest);
    }

    private static Map<String, String> values(List<Stored> records) {
        Map<String, String> values = new TreeMap<>();
        for (Stored record : records) {
            if (record.value() == null) {
                values.remove(record.key());
            } else {
                values.put(record.key(), record.value());
            }
        }
        return values;
    }

    /** Text that codecs make little smaller, so that there are several segments. */
    private static String noise(Random random) {
        byte[] bytes = new byte[60];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static long firstSegmentBytes(Path folder) {
        List<Path> logs = files(folder, ".log");
        try {
            return logs.size() < 2 ? Long.MAX_VALUE : Files.size(logs.getFirst());
        } catch (IOException replacedMeanwhile) {
            return Long.MAX_VALUE;
        }
    }

    private List<Stored> read() {
        List<Stored> records = new ArrayList<>();
        try (var consumer = clients.consumer()) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            until(
                    "the end",
                    () -> {
                        consumer.poll(Duration.ofMillis(100))
                                .forEach(r ->
                                        records.add(new Stored(r.offset(), r.key(), r.value())));
                        return consumer.position(PARTITION) >= end;
                    });
        }
        return records;
    }

    private static String dump(Path folder) {
        List<String> names = files(folder, ".log").stream().map(Path::toString).toList();
        return KafkaTools.run(
                "org.apache.kafka.tools.DumpLogSegments",
                "",
                "--deep-iteration",
                "--files",
                String.join(",", names));
    }

    private static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
