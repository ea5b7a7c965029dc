package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** kill -9 while producers write with acks=all. */
class CrashIT {
    private static final int ROUNDS = 3;
    private static final int PARTITIONS = 3;
    private static final int KEYS = 12;
    private static final int ACKNOWLEDGED_BEFORE_EACH_KILL = 2_000;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killUnderLoadLosesNothingThatWasAcknowledged(boolean idempotent) {
        try (OwnBroker broker = OwnBroker.start("log.segment.bytes", "1048576")) {
            JavaClients clients = broker.clients();
            clients.createTopic("load", PARTITIONS);
            Load load = new Load(clients, idempotent);
            Thread writer = Thread.ofPlatform().start(load);
            for (int round = 0; round < ROUNDS; round++) {
                load.awaitAcknowledged(ACKNOWLEDGED_BEFORE_EACH_KILL);
                broker.process().kill();
                broker.process().restart();
            }
            load.awaitAcknowledged(ACKNOWLEDGED_BEFORE_EACH_KILL);
            load.finish(writer);

            Map<String, List<Integer>> stored = storedByKey(clients);
            for (int key = 0; key < KEYS; key++) {
                List<Integer> values = stored.getOrDefault("k" + key, List.of());
                assertThat(values).containsAll(load.acknowledged("k" + key));
                if (idempotent) {
                    assertThat(values).doesNotHaveDuplicates().isSorted();
                }
            }
        }
    }

    private static Map<String, List<Integer>> storedByKey(JavaClients clients) {
        Map<String, List<Integer>> stored = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (ConsumerRecord<String, String> record :
                    all(clients, new TopicPartition("load", partition))) {
                stored.computeIfAbsent(record.key(), k -> new ArrayList<>())
                        .add(Integer.valueOf(record.value().strip()));
            }
        }
        return stored;
    }

    private static List<ConsumerRecord<String, String>> all(
            JavaClients clients, TopicPartition partition) {
        try (var consumer = clients.consumer()) {
            int end = Math.toIntExact(consumer.endOffsets(List.of(partition)).get(partition));
            return end == 0 ? List.of() : clients.read(partition, end);
        }
    }

    /** Sends ever greater numbers by turns to each key, and remembers which were acknowledged. */
    private static final class Load implements Runnable {
        private final JavaClients clients;
        private final boolean idempotent;
        private final Map<String, Set<Integer>> acknowledged = new ConcurrentHashMap<>();
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicBoolean done = new AtomicBoolean();

        Load(JavaClients clients, boolean idempotent) {
            this.clients = clients;
            this.idempotent = idempotent;
        }

        @Override
        public void run() {
            try (Producer<String, String> producer =
                    clients.producer(
                            "enable.idempotence", "" + idempotent,
                            "delivery.timeout.ms", "120000",
                            "reconnect.backoff.max.ms", "200",
                            "linger.ms", "1")) {
                for (int number = 0; !done.get(); number++) {
                    int value = number;
                    String key = "k" + number % KEYS;
                    producer.send(
                            new ProducerRecord<>("load", key, "%-100d".formatted(value)),
                            (metadata, fault) -> {
                                if (fault == null) {
                                    acknowledged
                                            .computeIfAbsent(
                                                    key, k -> ConcurrentHashMap.newKeySet())
                                            .add(value);
                                    count.incrementAndGet();
                                }
                            });
                    if (number % 50 == 49) {
                        producer.flush();
                    }
                }
            }
        }

        void awaitAcknowledged(int more) {
            int target = count.get() + more;
            JavaClients.until(more + " more acknowledgements", () -> count.get() >= target);
        }

        void finish(Thread writer) {
            done.set(true);
            JavaClients.until("end of the writer", () -> !writer.isAlive());
        }

        Set<Integer> acknowledged(String key) {
            return new HashSet<>(acknowledged.getOrDefault(key, Set.of()));
        }
    }
}
