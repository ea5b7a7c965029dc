package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** kill -9 in the midst of transactions. */
class TransactionCrashIT {
    private static final int PARTITIONS = 3;
    private static final int ROUNDS = 3;
    private static final int COMMITS_BEFORE_EACH_KILL = 100;
    private static final String[] PATIENT = {
        "delivery.timeout.ms", "120000",
        "reconnect.backoff.max.ms", "200",
        "max.block.ms", "120000",
    };

    private static Producer<String, String> producer(JavaClients clients, String id) {
        List<String> settings = new ArrayList<>(List.of(PATIENT));
        settings.addAll(List.of("transactional.id", id));
        return clients.producer(settings.toArray(String[]::new));
    }

    @Test
    void whatWasDecidedBeforeTheKillIsSoAfterIt() {
        try (OwnBroker broker = OwnBroker.start()) {
            JavaClients clients = broker.clients();
            clients.createTopic("t", 1);
            TopicPartition first = new TopicPartition("t", 0);
            try (Producer<String, String> idle = producer(clients, "empty");
                    Producer<String, String> open = producer(clients, "ongoing");
                    Producer<String, String> done = producer(clients, "committed");
                    Producer<String, String> lost = producer(clients, "aborted")) {
                for (Producer<String, String> each : List.of(idle, open, done, lost)) {
                    each.initTransactions();
                }
                for (Producer<String, String> each : List.of(open, done, lost)) {
                    each.beginTransaction();
                }
                JavaClients.await(open.send(new ProducerRecord<>("t", 0, "k", "open")));
                JavaClients.await(done.send(new ProducerRecord<>("t", 0, "k", "committed")));
                JavaClients.await(lost.send(new ProducerRecord<>("t", 0, "k", "aborted")));
                done.commitTransaction();
                lost.abortTransaction();

                broker.process().kill();
                broker.process().restart();

                assertThat(states(clients))
                        .containsEntry("empty", TransactionState.EMPTY)
                        .containsEntry("ongoing", TransactionState.ONGOING)
                        .containsEntry("committed", TransactionState.COMPLETE_COMMIT)
                        .containsEntry("aborted", TransactionState.COMPLETE_ABORT);
                assertThat(TransactionsIT.read(clients, first, "read_committed")).isEmpty();
                open.send(new ProducerRecord<>("t", 0, "k", "more"));
                open.commitTransaction();
                idle.beginTransaction();
                idle.send(new ProducerRecord<>("t", 0, "k", "later"));
                idle.commitTransaction();
            }
            JavaClients.until(
                    "four records",
                    () -> TransactionsIT.read(clients, first, "read_committed").size() == 4);
            assertThat(TransactionsIT.read(clients, first, "read_committed"))
                    .containsExactly("open", "committed", "more", "later");
        }
    }

    private static Map<String, TransactionState> states(JavaClients clients) {
        try (Admin admin = clients.admin()) {
            Map<String, TransactionState> states = new ConcurrentHashMap<>();
            JavaClients.await(
                            admin.describeTransactions(
                                            List.of("empty", "ongoing", "committed", "aborted"))
                                    .all())
                    .forEach((id, description) -> states.put(id, description.state()));
            return states;
        }
    }

    @Test
    void killsUnderLoadTearNoTransactionAndLoseNone() {
        try (OwnBroker broker = OwnBroker.start()) {
            JavaClients clients = broker.clients();
            clients.createTopic("load", PARTITIONS);
            Load load = new Load(clients);
            Thread writer = Thread.ofPlatform().start(load);
            for (int round = 0; round < ROUNDS; round++) {
                load.awaitCommits(COMMITS_BEFORE_EACH_KILL);
                broker.process().kill();
                broker.process().restart();
            }
            load.awaitCommits(COMMITS_BEFORE_EACH_KILL);
            load.finish(writer);

            List<Set<String>> seen = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                List<String> values =
                        TransactionsIT.read(
                                clients, new TopicPartition("load", partition), "read_committed");
                assertThat(values).doesNotHaveDuplicates();
                seen.add(new HashSet<>(values));
            }
            for (Set<String> each : seen) {
                assertThat(each).as("whole transactions").isEqualTo(seen.getFirst());
                assertThat(each).containsAll(load.committed);
                assertThat(each).doesNotContainAnyElementsOf(load.aborted);
            }
        }
    }

    /** Sends each number to all partitions in one transaction; aborts every fifth. */
    private static final class Load implements Runnable {
        private final JavaClients clients;
        private final Set<String> committed = ConcurrentHashMap.newKeySet();
        private final Set<String> aborted = ConcurrentHashMap.newKeySet();
        private final AtomicInteger number = new AtomicInteger();
        private final AtomicBoolean done = new AtomicBoolean();

        Load(JavaClients clients) {
            this.clients = clients;
        }

        /** A producer whose transaction cannot be ended is replaced, which fences it. */
        @Override
        public void run() {
            while (!done.get()) {
                try (Producer<String, String> producer = producer(clients, "load")) {
                    producer.initTransactions();
                    while (!done.get()) {
                        transact(producer);
                    }
                } catch (KafkaException e) {
                    // how the last one ended is not known; the next number begins anew
                }
            }
        }

        private void transact(Producer<String, String> producer) {
            int now = number.getAndIncrement();
            producer.beginTransaction();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>("load", partition, "", "" + now));
            }
            if (now % 5 == 4) {
                producer.abortTransaction();
                aborted.add("" + now);
            } else {
                producer.commitTransaction();
                committed.add("" + now);
            }
        }

        void awaitCommits(int more) {
            int target = committed.size() + more;
            JavaClients.until(more + " more commits", () -> committed.size() >= target);
        }

        void finish(Thread writer) {
            done.set(true);
            try {
                writer.join(JavaClients.BOUND);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
            assertThat(writer.isAlive()).isFalse();
        }
    }
}
