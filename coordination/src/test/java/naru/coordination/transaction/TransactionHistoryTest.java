package naru.coordination.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.transaction.TransactionEffect.WriteMarkers;
import naru.coordination.transaction.TransactionRun.Producer;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Random histories of two producers that share a transactional id, with partitions as plain lists,
 * crashes between any two steps, appends that fail and markers that come late. What was told to a
 * producer must be so in all partitions, a transaction is in all of them or in none, a producer
 * that was replaced commits nothing more, and in the end nothing is left open.
 */
class TransactionHistoryTest {
    private static final int STEPS = 400;
    private static final List<TopicPartition> PARTITIONS =
            List.of(TransactionRun.A, TransactionRun.B, new TopicPartition("b", 0));

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    /** What became of one transaction in one partition. */
    private enum Fate {
        OPEN,
        COMMITTED,
        ABORTED
    }

    /** A log: which transactions were written to it by whom, and how they ended. */
    private static final class Partition {
        private record Open(short epoch, List<Integer> transactions) {}

        private final Map<Integer, Fate> fates = new TreeMap<>();
        private final Map<Long, Short> lastEpochs = new HashMap<>();
        private final Map<Long, Open> open = new HashMap<>();

        boolean write(Producer producer, int transaction) {
            if (producer.epoch() < lastEpochs.getOrDefault(producer.id(), (short) -1)) {
                return false;
            }
            lastEpochs.put(producer.id(), producer.epoch());
            Open now =
                    open.computeIfAbsent(
                            producer.id(), id -> new Open(producer.epoch(), new ArrayList<>()));
            assertThat(now.epoch()).as("one transaction at a time").isEqualTo(producer.epoch());
            now.transactions().add(transaction);
            fates.put(transaction, Fate.OPEN);
            return true;
        }

        void mark(WriteMarkers marker) {
            short last = lastEpochs.getOrDefault(marker.producerId(), (short) -1);
            assertThat(marker.producerEpoch()).as("epochs of markers").isGreaterThanOrEqualTo(last);
            lastEpochs.put(marker.producerId(), marker.producerEpoch());
            Open ended = open.remove(marker.producerId());
            if (ended != null) {
                Fate fate = marker.commit() ? Fate.COMMITTED : Fate.ABORTED;
                ended.transactions().forEach(transaction -> fates.put(transaction, fate));
            }
        }
    }

    /** A client: it begins, writes, ends, and after an error it initializes again. */
    private static final class Client {
        private @Nullable Producer producer;
        private int transaction = -1;
        private long initTicket = -1;
        private long endTicket = -1;
        private boolean committing;
    }

    private final TransactionRun run = new TransactionRun();
    private final Map<TopicPartition, Partition> partitions = new HashMap<>();
    private final Client[] clients = {new Client(), new Client()};
    private final Map<Integer, Boolean> told = new TreeMap<>();
    private final List<WriteMarkers> late = new ArrayList<>();
    private final List<WriteMarkers> past = new ArrayList<>();
    private int lastTransaction;

    @ParameterizedTest
    @MethodSource("seeds")
    void transactionsAreWholeAndNoneIsLeftBehind(long seed) {
        Random random = new Random(seed);
        int version = random.nextBoolean() ? 4 : 5;
        PARTITIONS.forEach(partition -> partitions.put(partition, new Partition()));
        for (int step = 0; step < STEPS; step++) {
            Client client = clients[random.nextInt(clients.length)];
            switch (random.nextInt(24)) {
                case 0 -> crash();
                case 1 -> run.appendsFail(random.nextInt(4) == 0);
                case 2 -> run.pass(random.nextInt(2 * TransactionRun.TIMEOUT));
                case 3, 4, 5, 6 -> run.pass(random.nextInt(100));
                case 7, 8, 9, 10, 11 -> writeMarkers(random);
                default -> act(client, random, version);
            }
            for (Client each : clients) {
                hear(each, version);
            }
        }
        finish(version);
    }

    private Partition at(TopicPartition partition) {
        return Objects.requireNonNull(partitions.get(partition));
    }

    private void crash() {
        run.crash();
        late.clear();
        past.clear();
    }

    private void act(Client client, Random random, int version) {
        if (client.initTicket >= 0 || client.endTicket >= 0) {
            return;
        }
        if (client.producer == null || random.nextInt(40) == 0) {
            Producer known = client.producer;
            Producer expected =
                    known == null || random.nextBoolean() ? new Producer(-1, -1) : known;
            client.transaction = -1;
            client.initTicket = run.initLater(TransactionRun.ID, expected);
        } else if (client.transaction >= 0 && random.nextInt(3) == 0) {
            client.committing = random.nextBoolean();
            client.endTicket = run.endLater(client.producer, client.committing, version);
        } else {
            write(client, random, version);
        }
    }

    private void write(Client client, Random random, int version) {
        TopicPartition partition = PARTITIONS.get(random.nextInt(PARTITIONS.size()));
        Producer producer = Objects.requireNonNull(client.producer);
        Errors error = run.add(producer, version < 5 ? 0 : 2, partition);
        if (error != Errors.NONE) {
            if (error != Errors.CONCURRENT_TRANSACTIONS && error != Errors.KAFKA_STORAGE_ERROR) {
                client.producer = null;
                client.transaction = -1;
            }
            return;
        }
        if (client.transaction < 0) {
            client.transaction = lastTransaction++;
        }
        assertThat(at(partition).write(producer, client.transaction))
                .as("a partition that was added takes the batch")
                .isTrue();
    }

    /** Takes in what was answered meanwhile. */
    private void hear(Client client, int version) {
        long init = client.initTicket;
        if (init >= 0 && !run.isWaiting(init)) {
            client.initTicket = -1;
            client.producer = null;
            if (run.isAnswered(init) && run.error(init) == Errors.NONE) {
                InitProducerIdResponseData given =
                        run.reply(init, InitProducerIdResponseData.class);
                client.producer = new Producer(given.producerId(), given.producerEpoch());
            }
        }
        long end = client.endTicket;
        if (end < 0 || run.isWaiting(end)) {
            return;
        }
        client.endTicket = -1;
        if (run.isAnswered(end) && run.error(end) == Errors.NONE) {
            told.put(client.transaction, client.committing);
            EndTxnResponseData ended = run.reply(end, EndTxnResponseData.class);
            if (version >= 5) {
                client.producer = new Producer(ended.producerId(), ended.producerEpoch());
            }
        } else {
            client.producer = null; // how it ended is not known to the client
        }
        client.transaction = -1;
    }

    /** To some partitions; the rest have to wait, or are written again after a crash. */
    private void writeMarkers(Random random) {
        WriteMarkers next = run.nextMarkers();
        if (next != null) {
            late.add(next);
        }
        if (late.isEmpty()) {
            return;
        }
        WriteMarkers write = late.getFirst();
        boolean all = true;
        for (TopicPartition partition : write.partitions()) {
            if (random.nextInt(4) > 0) {
                at(partition).mark(write);
            } else {
                all = false;
            }
        }
        if (!past.isEmpty() && random.nextInt(4) == 0) {
            run.tell(TransactionRun.written(past.get(random.nextInt(past.size()))));
        }
        if (all) {
            past.add(late.removeFirst());
            run.tell(TransactionRun.written(write));
        }
    }

    private void finish(int version) {
        run.crash();
        late.clear();
        run.pass(2L * TransactionRun.TIMEOUT);
        for (WriteMarkers write = run.nextMarkers(); write != null; write = run.nextMarkers()) {
            for (TopicPartition partition : write.partitions()) {
                at(partition).mark(write);
            }
            run.tell(TransactionRun.written(write));
        }
        for (Client client : clients) {
            hear(client, version);
        }
        for (int transaction = 0; transaction < lastTransaction; transaction++) {
            int each = transaction;
            List<Fate> fates =
                    partitions.values().stream()
                            .map(partition -> partition.fates.get(each))
                            .filter(Objects::nonNull)
                            .distinct()
                            .toList();
            assertThat(fates).as("fate of transaction %s", each).hasSize(1);
            assertThat(fates.getFirst()).isNotEqualTo(Fate.OPEN);
            Boolean committed = told.get(each);
            if (committed != null) {
                assertThat(fates.getFirst()).isEqualTo(committed ? Fate.COMMITTED : Fate.ABORTED);
            }
        }
        String state = run.state();
        assertThat(
                        state == null
                                || state.isEmpty()
                                || state.startsWith("Complete")
                                || state.equals("Empty"))
                .as(state)
                .isTrue();
    }
}
