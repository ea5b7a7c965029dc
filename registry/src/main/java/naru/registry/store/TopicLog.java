package naru.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The registry's records in a compacted topic of one partition. The writer is who last initialised
 * the transactional id that belongs to the topic; every write is a transaction.
 *
 * <p>Threads: one of its own reads; writing and becoming the writer are one caller's at a time.
 */
public final class TopicLog implements StoreLog {
    private static final Logger LOG = LoggerFactory.getLogger("naru.registry");
    private static final Duration POLL = Duration.ofSeconds(5);
    private static final Duration CLOSE_MOST = Duration.ofSeconds(5);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String topic;
    private final Map<String, Object> clients;
    private final SchemaTopic place;
    private final TopicPartition partition;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Object progress = new Object();
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private @Nullable Producer<byte[], byte[]> producer;
    private @Nullable Thread reading;
    private volatile String readTrouble = "";
    private volatile String writeTrouble = "";
    private volatile boolean gone;
    private long applied;
    private boolean broken;

    /**
     * @param topic usually {@code _schemas}; made when it is missing
     * @param clients properties by which Kafka's clients reach the cluster
     */
    public TopicLog(String topic, Map<String, Object> clients) {
        this.topic = topic;
        this.clients = Map.copyOf(clients);
        this.place = new SchemaTopic(topic, this.clients);
        this.partition = new TopicPartition(topic, 0);
    }

    @Override
    public void open(Reader reader, Duration most) throws Unavailable, InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        try (Admin admin = Admin.create(clients)) {
            place.makeOrCheck(admin, most);
            long target = endOffset(admin, most);
            if (reading == null) {
                reading =
                        Thread.ofPlatform()
                                .name("registry-read")
                                .daemon()
                                .start(() -> read(reader));
            }
            awaitApplied(target, end);
        } catch (KafkaException fault) {
            throw SchemaTopic.unavailable(fault);
        }
    }

    private long endOffset(Admin admin, Duration most) throws Unavailable, InterruptedException {
        ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
        return SchemaTopic.within(
                        most,
                        admin.listOffsets(Map.of(partition, OffsetSpec.latest()), committed)
                                .partitionResult(partition))
                .offset();
    }

    /** The reading thread: begins anew after a fault, at the record that comes next. */
    private void read(Reader reader) {
        long next = 0;
        while (closed.getCount() > 0) {
            if (gone) {
                pause(POLL);
                noteWhetherItIsThere();
                next = gone ? next : beginAnew(reader);
                continue;
            }
            try (Consumer<byte[], byte[]> mine = newConsumer()) {
                consumer = mine;
                mine.assign(List.of(partition));
                if (next == 0) {
                    mine.seekToBeginning(List.of(partition));
                } else {
                    mine.seek(partition, next);
                }
                while (closed.getCount() > 0 && !gone) {
                    ConsumerRecords<byte[], byte[]> some = mine.poll(POLL);
                    for (ConsumerRecord<byte[], byte[]> each : some) {
                        RecordIntake.give(
                                reader,
                                each.key(),
                                each.value(),
                                each.timestamp(),
                                "offset " + each.offset() + " of " + topic);
                    }
                    next = mine.position(partition);
                    advance(next);
                    if (some.isEmpty() && isNew(mine, next)) {
                        next = beginAnew(reader);
                        mine.seekToBeginning(List.of(partition));
                    }
                }
            } catch (WakeupException stopping) {
                LOG.debug("the reader of {} stops", topic);
            } catch (OffsetOutOfRangeException another) {
                next = beginAnew(reader);
                LOG.debug("{} begins elsewhere", topic, another);
            } catch (RuntimeException | Error fault) {
                if (closed.getCount() > 0) {
                    LOG.warn("cannot read {}, and tries again: {}", topic, fault.toString());
                    readTrouble = "the topic %s cannot be read: %s".formatted(topic, fault);
                    pause(RETRY);
                }
            }
        }
    }

    /**
     * Looks whether the topic is still there, which reading alone does not tell.
     *
     * @return whether it has fewer records than were read from it, so that it is another one
     */
    private boolean isNew(Consumer<byte[], byte[]> mine, long next) {
        try {
            Long end = mine.endOffsets(List.of(partition), POLL).get(partition);
            readTrouble = "";
            gone = false;
            return end != null && end < next;
        } catch (org.apache.kafka.common.errors.TimeoutException
                | UnknownTopicOrPartitionException silent) {
            noteWhetherItIsThere();
            return false;
        }
    }

    private void noteWhetherItIsThere() {
        try {
            readTrouble = place.silence(POLL);
            gone = false;
        } catch (UnknownTopicOrPartitionException missing) {
            readTrouble = place.goneSentence();
            gone = true;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private long beginAnew(Reader reader) {
        LOG.warn(
                "the topic {} is another one than before: the registry holds what is in it now",
                topic);
        reader.beginAnew();
        place.keepWhatIsWritten(POLL);
        return 0;
    }

    private void pause(Duration most) {
        try {
            closed.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private Consumer<byte[], byte[]> newConsumer() {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "naru-registry-reader");
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void advance(long next) {
        synchronized (progress) {
            applied = next;
            progress.notifyAll();
        }
    }

    private void awaitApplied(long target, long end) throws Unavailable, InterruptedException {
        synchronized (progress) {
            while (applied < target) {
                long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (millis <= 0) {
                    throw new Unavailable(
                            Unavailable.Reason.TIMEOUT,
                            "%s is read up to offset %d of %d so far"
                                    .formatted(topic, applied, target),
                            null);
                }
                progress.wait(millis);
            }
        }
    }

    @Override
    public boolean isWriter() {
        return producer != null && !broken;
    }

    @Override
    public String trouble() {
        return readTrouble.isEmpty() ? writeTrouble : readTrouble;
    }

    /** A producer makes topics that are missing, and not as this one has to be. */
    private void requireThere() throws Unavailable {
        if (gone) {
            throw new Unavailable(place.goneSentence(), null);
        }
    }

    @Override
    public void becomeWriter(Duration most) throws Unavailable, InterruptedException {
        requireThere();
        long end = System.nanoTime() + most.toNanos();
        closeProducer();
        Producer<byte[], byte[]> fresh = newProducer(most);
        try {
            fresh.initTransactions();
            producer = fresh;
            broken = false;
        } catch (KafkaException refused) {
            fresh.close(CLOSE_MOST);
            throw SchemaTopic.unavailable(refused);
        }
        try (Admin admin = Admin.create(clients)) {
            awaitApplied(endOffset(admin, most), end);
        } catch (UnknownTopicOrPartitionException missing) {
            broken = true;
            throw new Unavailable(place.goneSentence(), missing);
        } catch (KafkaException fault) {
            broken = true;
            throw SchemaTopic.unavailable(fault);
        }
    }

    private Producer<byte[], byte[]> newProducer(Duration most) {
        int millis = (int) Math.max(1_000, most.toMillis());
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "naru-schema-registry-" + topic);
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 10_000);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "naru-registry-writer");
        return new KafkaProducer<>(
                properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void append(List<Change> changes, Duration most)
            throws Fenced, Unavailable, InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        Producer<byte[], byte[]> mine = producer;
        if (mine == null) {
            throw new IllegalStateException("not the writer");
        }
        requireThere();
        long last = -1;
        try {
            mine.beginTransaction();
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (Change change : changes) {
                ObjectNode value = change.value();
                sent.add(
                        mine.send(
                                new ProducerRecord<>(
                                        topic,
                                        0,
                                        change.key().bytes(),
                                        value == null ? null : RecordFormat.bytes(value))));
            }
            mine.commitTransaction();
            for (Future<RecordMetadata> each : sent) {
                last = Math.max(last, each.get().offset());
            }
        } catch (KafkaException | ExecutionException fault) {
            // Whether it was committed shows when this node becomes the writer anew.
            broken = true;
            if (isFenced(fault)) {
                throw new Fenced("this node's turn is over", fault);
            }
            Unavailable unavailable = SchemaTopic.unavailable(fault);
            writeTrouble =
                    "the topic %s cannot be written: %s".formatted(topic, unavailable.getMessage());
            throw unavailable;
        }
        writeTrouble = "";
        awaitApplied(last + 1, end);
    }

    /** A transaction that the next writer has ended meanwhile is told as one in a wrong state. */
    private static boolean isFenced(Throwable fault) {
        for (Throwable at = fault; at != null; at = at.getCause()) {
            if (at instanceof ProducerFencedException
                    || at instanceof InvalidProducerEpochException
                    || at instanceof InvalidTxnStateException) {
                return true;
            }
        }
        return false;
    }

    private void closeProducer() {
        Producer<byte[], byte[]> old = producer;
        producer = null;
        if (old != null) {
            old.close(CLOSE_MOST);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Consumer<byte[], byte[]> mine = consumer;
        if (mine != null) {
            mine.wakeup();
        }
        closeProducer();
        Thread thread = reading;
        if (thread != null) {
            try {
                thread.join(CLOSE_MOST);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
