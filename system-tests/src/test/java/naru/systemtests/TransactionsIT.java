package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Transactions of Java clients. */
class TransactionsIT {
    private final JavaClients clients = SharedBroker.clients();
    private final String topic = SharedBroker.unique("transactions");
    private final TopicPartition first = new TopicPartition(topic, 0);

    private Producer<String, String> producer(String... settings) {
        List<String> all = new ArrayList<>(List.of("transactional.id", topic));
        all.addAll(List.of(settings));
        return clients.producer(all.toArray(String[]::new));
    }

    private void send(Producer<String, String> producer, String... values) {
        for (String value : values) {
            JavaClients.await(producer.send(new ProducerRecord<>(topic, 0, value, value)));
        }
    }

    /** What a reader sees up to the end that it is told. */
    static List<String> read(JavaClients clients, TopicPartition partition, String isolation) {
        try (Consumer<String, String> consumer = clients.consumer("isolation.level", isolation)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<String> values = new ArrayList<>();
            JavaClients.until(
                    "offset " + end,
                    () -> {
                        consumer.poll(Duration.ofMillis(50)).forEach(r -> values.add(r.value()));
                        return consumer.position(partition) >= end;
                    });
            return values;
        }
    }

    private List<String> committed() {
        return read(clients, first, "read_committed");
    }

    @Test
    void committedRecordsAreSeenAtOnceAndOthersNever() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer = producer()) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "a", "b");
            assertThat(committed()).isEmpty();
            assertThat(read(clients, first, "read_uncommitted")).containsExactly("a", "b");
            producer.commitTransaction();
            producer.beginTransaction();
            send(producer, "lost");
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, "c");
            producer.commitTransaction();
            producer.beginTransaction();
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, "open");
            JavaClients.until("three records", () -> committed().size() == 3);
            assertThat(committed()).containsExactly("a", "b", "c");
            assertThat(read(clients, first, "read_uncommitted"))
                    .containsExactly("a", "b", "lost", "c", "open");
        }
    }

    @Test
    void transactionSpansPartitions() {
        clients.createTopic(topic, 6);
        List<TopicPartition> all =
                IntStream.range(0, 6).mapToObj(p -> new TopicPartition(topic, p)).toList();
        try (Producer<String, String> producer = producer()) {
            producer.initTransactions();
            for (int round = 0; round < 20; round++) {
                boolean commit = round % 3 != 0;
                producer.beginTransaction();
                for (TopicPartition partition : all) {
                    producer.send(
                            new ProducerRecord<>(
                                    topic, partition.partition(), "", round + "-" + commit));
                }
                if (commit) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        List<String> wanted =
                IntStream.range(0, 20)
                        .filter(round -> round % 3 != 0)
                        .mapToObj(round -> round + "-true")
                        .toList();
        for (TopicPartition partition : all) {
            JavaClients.until(
                    "all rounds",
                    () -> read(clients, partition, "read_committed").size() == wanted.size());
            assertThat(read(clients, partition, "read_committed")).isEqualTo(wanted);
        }
    }

    @Test
    void producerThatWasReplacedIsFenced() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> zombie = producer();
                Producer<String, String> heir = producer()) {
            zombie.initTransactions();
            zombie.beginTransaction();
            send(zombie, "zombie");
            heir.initTransactions();
            heir.beginTransaction();
            send(heir, "heir");
            assertThatThrownBy(() -> send(zombie, "late"))
                    .isInstanceOfAny(
                            InvalidProducerEpochException.class, ProducerFencedException.class);
            assertThatThrownBy(zombie::commitTransaction).isInstanceOf(KafkaException.class);
            assertThatThrownBy(zombie::beginTransaction).isInstanceOf(KafkaException.class);
            heir.commitTransaction();
        }
        JavaClients.until("the heir's record", () -> !committed().isEmpty());
        assertThat(committed()).containsExactly("heir");
    }

    @Test
    void commitOfTheReplacedProducerIsFenced() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> zombie = producer();
                Producer<String, String> heir = producer()) {
            zombie.initTransactions();
            zombie.beginTransaction();
            send(zombie, "zombie");
            heir.initTransactions();
            assertThatThrownBy(zombie::commitTransaction)
                    .isInstanceOf(ProducerFencedException.class);
        }
        assertThat(committed()).isEmpty();
    }

    @Test
    void transactionThatTakesTooLongIsAborted() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer = producer("transaction.timeout.ms", "1000")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "slow");
            JavaClients.until("the abort", () -> state() == TransactionState.COMPLETE_ABORT);
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        }
        try (Producer<String, String> producer = producer()) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "next");
            producer.commitTransaction();
        }
        JavaClients.until("the next record", () -> !committed().isEmpty());
        assertThat(committed()).containsExactly("next");
    }

    @Test
    void timeOutBeyondTheMaximumIsRefused() {
        try (Producer<String, String> producer = producer("transaction.timeout.ms", "900001")) {
            assertThatThrownBy(producer::initTransactions)
                    .hasMessageContaining("transaction.max.timeout.ms");
        }
    }

    @Test
    void consumedOffsetsAreCommittedWithWhatWasMadeOfThem() {
        String target = topic + "-copy";
        clients.createTopic(topic, 1);
        clients.createTopic(target, 1);
        clients.sendNumbers(topic, 50);
        try (Producer<String, String> producer = producer();
                Consumer<String, String> consumer =
                        clients.consumer("group.id", topic, "max.poll.records", "10")) {
            producer.initTransactions();
            consumer.subscribe(List.of(topic));
            int rounds = 0;
            int copied = 0;
            while (copied < 50) {
                List<ConsumerRecord<String, String>> records = new ArrayList<>();
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                if (records.isEmpty()) {
                    continue;
                }
                producer.beginTransaction();
                records.forEach(
                        r -> producer.send(new ProducerRecord<>(target, 0, r.key(), r.value())));
                Map<TopicPartition, OffsetAndMetadata> next =
                        Map.of(first, new OffsetAndMetadata(records.getLast().offset() + 1));
                producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
                if (rounds++ % 2 == 0) {
                    producer.abortTransaction();
                    consumer.seek(first, records.getFirst().offset());
                } else {
                    producer.commitTransaction();
                    copied += records.size();
                }
                long expected = copied;
                JavaClients.until(
                        "offset " + expected,
                        () -> {
                            OffsetAndMetadata now = consumer.committed(Set.of(first)).get(first);
                            return (now == null ? 0 : now.offset()) == expected;
                        });
            }
        }
        List<String> numbers = IntStream.range(0, 50).mapToObj(Integer::toString).toList();
        assertThat(read(clients, new TopicPartition(target, 0), "read_committed"))
                .isEqualTo(numbers);
    }

    @Test
    void offsetsOfAnOldGenerationAreRefused() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer = producer();
                Consumer<String, String> consumer = clients.consumer("group.id", topic)) {
            producer.initTransactions();
            consumer.subscribe(List.of(topic));
            JavaClients.until(
                    "an assignment",
                    () -> {
                        consumer.poll(Duration.ofMillis(50));
                        return !consumer.assignment().isEmpty();
                    });
            ConsumerGroupMetadata old = consumer.groupMetadata();
            consumer.enforceRebalance();
            JavaClients.until(
                    "another generation",
                    () -> {
                        consumer.poll(Duration.ofMillis(50));
                        return consumer.groupMetadata().generationId() > old.generationId();
                    });
            producer.beginTransaction();
            assertThatThrownBy(
                            () -> {
                                producer.sendOffsetsToTransaction(
                                        Map.of(first, new OffsetAndMetadata(1)), old);
                                producer.commitTransaction();
                            })
                    .isInstanceOf(KafkaException.class);
            producer.abortTransaction();
        }
    }

    @Test
    void stableOffsetsAreWaitedForAndOpenTransactionsShown() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer = producer();
                Consumer<String, String> consumer = clients.consumer("group.id", topic);
                Admin admin = clients.admin()) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "x");
            producer.sendOffsetsToTransaction(
                    Map.of(first, new OffsetAndMetadata(7)), consumer.groupMetadata());
            TransactionDescription described = describe(admin);
            assertThat(described.state()).isEqualTo(TransactionState.ONGOING);
            assertThat(described.topicPartitions()).contains(first).hasSize(2);
            assertThat(
                            JavaClients.await(
                                    admin.listTransactions(
                                                    new ListTransactionsOptions()
                                                            .filterOnTransactionalIdPattern(
                                                                    topic + ".*")
                                                            .filterStates(
                                                                    Set.of(
                                                                            TransactionState
                                                                                    .ONGOING)))
                                            .all()))
                    .extracting(TransactionListing::transactionalId)
                    .containsExactly(topic);
            assertThat(producers(admin))
                    .singleElement()
                    .satisfies(
                            state -> assertThat(state.currentTransactionStartOffset()).hasValue(0));
            producer.commitTransaction();
            JavaClients.until("the completion", () -> state() == TransactionState.COMPLETE_COMMIT);
            assertThat(
                            JavaClients.await(
                                            admin.listConsumerGroupOffsets(topic)
                                                    .partitionsToOffsetAndMetadata())
                                    .get(first)
                                    .offset())
                    .isEqualTo(7);
        }
    }

    @Test
    void hangingTransactionIsAbortedByAnAdministrator() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer = producer();
                Admin admin = clients.admin()) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "hangs");
            ProducerState open = producers(admin).getFirst();
            JavaClients.await(
                    admin.abortTransaction(
                                    new AbortTransactionSpec(
                                            first,
                                            open.producerId(),
                                            (short) open.producerEpoch(),
                                            open.coordinatorEpoch().orElse(0)))
                            .all());
            assertThat(producers(admin).getFirst().currentTransactionStartOffset()).isEmpty();
        }
        assertThat(committed()).isEmpty();
    }

    @Test
    void manyProducersCommitSideBySide() throws InterruptedException {
        clients.createTopic(topic, 4);
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (int id = 0; id < 6; id++) {
            String name = topic + "-" + id;
            threads.add(
                    Thread.ofPlatform()
                            .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                            .start(() -> {
                                try (Producer<String, String> producer =
                                        clients.producer("transactional.id", name)) {
                                    producer.initTransactions();
                                    for (int round = 0; round < 25; round++) {
                                        producer.beginTransaction();
                                        for (int p = 0; p < 4; p++) {
                                            producer.send(
                                                    new ProducerRecord<>(
                                                            topic, p, name, "" + round));
                                        }
                                        producer.commitTransaction();
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join(JavaClients.BOUND);
        }
        assertThat(failures).isEmpty();
        for (int p = 0; p < 4; p++) {
            TopicPartition partition = new TopicPartition(topic, p);
            JavaClients.until(
                    "150 records", () -> read(clients, partition, "read_committed").size() == 150);
        }
    }

    private TransactionState state() {
        try (Admin admin = clients.admin()) {
            return describe(admin).state();
        }
    }

    private TransactionDescription describe(Admin admin) {
        return JavaClients.await(admin.describeTransactions(List.of(topic)).all()).get(topic);
    }

    private List<ProducerState> producers(Admin admin) {
        return JavaClients.await(admin.describeProducers(List.of(first)).all())
                .get(first)
                .activeProducers();
    }
}
