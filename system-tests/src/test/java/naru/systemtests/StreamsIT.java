package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.BrokerProcess;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A Kafka Streams application with exactly_once_v2 while it and the node are killed. */
class StreamsIT {
    private static final int KEYS = 6;
    private static final int PARTITIONS = 2;
    private static final int ROUND = 600;
    private static final long NOON = 1_700_049_600_000L;

    @TempDir Path folder;

    private String protocol = "";
    private int launches;
    private int sent;

    /** Each launch has an empty folder of state, so that counts come back from their changelog. */
    @ParameterizedTest
    @ValueSource(strings = {"classic", "streams"})
    void copiesCountsAndJoinsAreExactAfterKillsOfApplicationAndNode(String protocol) {
        this.protocol = protocol;
        try (OwnBroker broker =
                OwnBroker.start(
                        "group.streams.initial.rebalance.delay.ms", "0",
                        "group.streams.min.session.timeout.ms", "1000",
                        "group.streams.session.timeout.ms", "4000",
                        "group.streams.min.heartbeat.interval.ms", "500",
                        "group.streams.heartbeat.interval.ms", "500")) {
            JavaClients clients = broker.clients();
            for (String topic :
                    List.of(
                            StreamsApplication.ORDERS,
                            StreamsApplication.NAMES,
                            StreamsApplication.COPIES,
                            StreamsApplication.COUNTS,
                            StreamsApplication.JOINED)) {
                clients.createTopic(topic, PARTITIONS);
            }
            name(clients);
            Process application = launch(clients);
            try {
                order(clients);
                awaitCopies(clients, ROUND / 2);
                application.destroyForcibly();
                order(clients);
                application = launch(clients);
                awaitCopies(clients, ROUND + ROUND / 2);
                restart(broker.process());
                order(clients);
                awaitCopies(clients, sent);
                awaitCounts(clients);
            } finally {
                application.destroyForcibly();
            }
            check(clients);
        }
    }

    private static void restart(BrokerProcess node) {
        node.kill();
        node.restart();
    }

    private Process launch(JavaClients clients) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-Xmx192m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StreamsApplication.class.getName(),
                            clients.bootstrap(),
                            folder.resolve("state-" + ++launches).toString(),
                            protocol)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("application.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void name(JavaClients clients) {
        try (Producer<String, String> producer = clients.producer()) {
            for (int key = 0; key < KEYS; key++) {
                producer.send(
                        new ProducerRecord<>(
                                StreamsApplication.NAMES, null, NOON, "k" + key, "name" + key));
            }
        }
    }

    private void order(JavaClients clients) {
        try (Producer<String, String> producer = clients.producer()) {
            for (int i = 0; i < ROUND; i++) {
                int number = sent++;
                producer.send(
                        new ProducerRecord<>(
                                StreamsApplication.ORDERS,
                                null,
                                NOON + number,
                                "k" + number % KEYS,
                                "" + number));
            }
        }
    }

    private static void awaitCopies(JavaClients clients, int count) {
        JavaClients.until(
                count + " copies",
                () -> committed(clients, StreamsApplication.COPIES).size() >= count);
    }

    private void awaitCounts(JavaClients clients) {
        JavaClients.until(
                "all counts and joins",
                () ->
                        counts(clients).values().stream().mapToInt(Integer::parseInt).sum() >= sent
                                && committed(clients, StreamsApplication.JOINED).size() >= sent);
    }

    private static Map<String, String> counts(JavaClients clients) {
        Map<String, String> last = new HashMap<>();
        committed(clients, StreamsApplication.COUNTS)
                .forEach(record -> last.put(record.key(), record.value()));
        return last;
    }

    private void check(JavaClients clients) {
        List<String> numbers = IntStream.range(0, sent).mapToObj(Integer::toString).toList();
        assertThat(committed(clients, StreamsApplication.COPIES))
                .extracting(ConsumerRecord::value)
                .containsExactlyInAnyOrderElementsOf(numbers);
        assertThat(committed(clients, StreamsApplication.JOINED))
                .extracting(ConsumerRecord::value)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, sent)
                                .mapToObj(number -> number + " for name" + number % KEYS)
                                .toList());
        Map<String, String> expected = new HashMap<>();
        for (int key = 0; key < KEYS; key++) {
            expected.put("k" + key, "" + sent / KEYS);
        }
        assertThat(counts(clients)).isEqualTo(expected);
    }

    private static List<ConsumerRecord<String, String>> committed(
            JavaClients clients, String topic) {
        List<TopicPartition> partitions =
                IntStream.range(0, PARTITIONS)
                        .mapToObj(index -> new TopicPartition(topic, index))
                        .toList();
        try (Consumer<String, String> consumer =
                clients.consumer("isolation.level", "read_committed")) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> records = new ArrayList<>();
            JavaClients.until(
                    "the end of " + topic,
                    () -> {
                        consumer.poll(Duration.ofMillis(50)).forEach(records::add);
                        return ends.entrySet().stream()
                                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
                    });
            return records;
        }
    }
}
