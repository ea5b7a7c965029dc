package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;

/** Compacted topics of a real process, which is killed while it cleans. */
class CompactionIT {
    private static final int KEYS = 1_000;
    private static final int UPDATES = 100_000;

    /** What the active segment may hold besides the latest of each key. */
    private static final long MOST_BYTES = 2L << 20;

    private static final TopicPartition PARTITION = new TopicPartition("state", 0);

    private final Map<String, String> latest = new TreeMap<>();

    @Test
    void latestValueOfEachKeyOutlivesCompactionAndKills() {
        try (OwnBroker broker =
                OwnBroker.start("log.cleaner.backoff.ms", "100", "log.cleaner.threads", "2")) {
            JavaClients clients = broker.clients();
            clients.createTopic(
                    "state",
                    1,
                    "cleanup.policy",
                    "compact",
                    "segment.bytes",
                    "1048576",
                    "min.cleanable.dirty.ratio",
                    "0.01");
            for (String codec : List.of("none", "lz4", "zstd")) {
                update(clients, codec);
                broker.process().kill();
                broker.process().restart();
            }
            update(clients, "none");

            until("a small log", () -> sizeBytes(broker) < MOST_BYTES);

            Map<String, String> read = new TreeMap<>();
            long end = end(clients);
            try (var consumer = clients.consumer()) {
                consumer.assign(List.of(PARTITION));
                consumer.seekToBeginning(List.of(PARTITION));
                until(
                        "the end",
                        () -> {
                            consumer.poll(Duration.ofMillis(100))
                                    .forEach(r -> read.put(r.key(), r.value()));
                            return consumer.position(PARTITION) >= end;
                        });
            }
            assertThat(read).isEqualTo(latest);
            assertThat(end).isEqualTo(UPDATES);
        }
    }

    @Test
    void recordWithoutKeyIsRefusedWhateverItsCodec() {
        JavaClients clients = SharedBroker.clients();
        String topic = SharedBroker.unique("keyed");
        clients.createTopic(topic, 1, "cleanup.policy", "compact");
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (Producer<String, String> producer =
                    clients.producer("compression.type", codec, "retries", "0")) {
                assertThatThrownBy(() -> await(producer.send(new ProducerRecord<>(topic, "v"))))
                        .isInstanceOf(InvalidRecordException.class);
            }
        }
    }

    private void update(JavaClients clients, String codec) {
        List<Future<?>> sent = new ArrayList<>();
        try (Producer<String, String> producer =
                clients.producer("compression.type", codec, "linger.ms", "5")) {
            for (int i = 0; i < UPDATES / 4; i++) {
                String key = "key" + (i * 31) % KEYS;
                String value = codec + i + "-".repeat(100);
                latest.put(key, value);
                sent.add(producer.send(new ProducerRecord<>("state", key, value)));
            }
            sent.forEach(JavaClients::await);
        }
    }

    private static long end(JavaClients clients) {
        try (var consumer = clients.consumer()) {
            return consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
        }
    }

    private static long sizeBytes(OwnBroker broker) {
        return broker.segments(PARTITION).stream().map(Path::toFile).mapToLong(File::length).sum();
    }
}
