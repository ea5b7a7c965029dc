package naru.systemtests;

import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.BrokerProcess;
import naru.testkit.KafkaProcess;
import naru.testkit.NaruProcess;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** The folder of a compacted partition goes from Naru to Apache Kafka 4.3.1 and back. */
class KafkaFolderIT {
    private static final int KEYS = 500;
    private static final int UPDATES = 30_000;
    private static final TopicPartition PARTITION = new TopicPartition("moved", 0);
    private static final Map<String, String> SETTINGS =
            Map.of("log.cleaner.backoff.ms", "100", "log.cleaner.dedupe.buffer.size", "2000000");

    /** A record that was read; offset and content. */
    private record Stored(long offset, String key, @Nullable String value) {}

    private final Map<String, String> latest = new TreeMap<>();

    @Test
    void whatOneBrokerHasCompactedTheOtherReadsAndCompactsOn() {
        try (NaruProcess naru = NaruProcess.prepare(SETTINGS);
                KafkaProcess kafka = KafkaProcess.prepare(SETTINGS)) {
            Path inNaru = naru.dataFolder().resolve(PARTITION.toString());
            Path inKafka = kafka.dataFolder().resolve(PARTITION.toString());
            kafka.launch();
            begin(naru);
            List<Stored> fromNaru = updateAndCompact(naru, inNaru, "lz4");
            naru.stop();
            assertThat(dump(inNaru)).doesNotContain("isvalid: false");
            kafka.awaitReady();
            createTopic(kafka);
            kafka.stop();

            move(inNaru, inKafka);
            kafka.restart();
            assertSame(read(kafka), fromNaru);

            List<Stored> fromKafka = updateAndCompact(kafka, inKafka, "zstd");
            kafka.stop();
            move(inKafka, inNaru);
            naru.restart();
            assertSame(read(naru), fromKafka);
            updateAndCompact(naru, inNaru, "none");
        }
    }

    private static void begin(BrokerProcess broker) {
        broker.restart();
        createTopic(broker);
    }

    private static void createTopic(BrokerProcess broker) {
        new JavaClients(broker.bootstrap())
                .createTopic(
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
    private List<Stored> updateAndCompact(BrokerProcess broker, Path folder, String codec) {
        JavaClients clients = new JavaClients(broker.bootstrap());
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
        List<Stored> left = read(broker);
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

    private static List<Stored> read(BrokerProcess broker) {
        List<Stored> records = new ArrayList<>();
        try (var consumer = new JavaClients(broker.bootstrap()).consumer()) {
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
        return KafkaToolsIT.tool(
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

    /** The topic has another id in the other cluster, and keeps it. */
    private static void move(Path from, Path to) {
        try {
            for (Path old : files(to, "")) {
                if (!old.endsWith("partition.metadata")) {
                    Files.delete(old);
                }
            }
            for (Path file : files(from, "")) {
                if (!file.endsWith("partition.metadata")) {
                    Files.copy(file, to.resolve(file.getFileName().toString()));
                }
            }
            Files.deleteIfExists(to.resolveSibling(".kafka_cleanshutdown"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
