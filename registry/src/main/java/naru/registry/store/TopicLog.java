package naru.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
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
import java.util.concurrent.TimeoutException;

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
    private static final int RETRY_MILLIS = 1_000;
    private static final int REPLICAS_WANTED = 3;

    private final String topic;
    private final Map<String, Object> clients;
    private final TopicPartition partition;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Object progress = new Object();
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private @Nullable Producer<byte[], byte[]> producer;
    private @Nullable Thread reading;
    private long applied;
    private boolean broken;

    /**
     * @param topic usually {@code _schemas}; made when it is missing
     * @param clients properties by which Kafka's clients reach the cluster
     */
    public TopicLog(String topic, Map<String, Object> clients) {
        this.topic = topic;
        this.clients = Map.copyOf(clients);
        this.partition = new TopicPartition(topic, 0);
    }

    @Override
    public void open(Reader reader, Duration most) throws Unavailable, InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        try (Admin admin = Admin.create(clients)) {
            makeOrCheck(admin, most);
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
            throw unavailable(fault);
        }
    }

    private void makeOrCheck(Admin admin, Duration most) throws Unavailable, InterruptedException {
        try {
            TopicDescription found =
                    within(most, admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
            if (found != null && found.partitions().size() != 1) {
                throw new Unavailable(
                        "the topic %s has %d partitions; the registry needs one that has one"
                                .formatted(topic, found.partitions().size()),
                        null);
            }
        } catch (UnknownTopicOrPartitionException missing) {
            make(admin, most);
        }
    }

    private void make(Admin admin, Duration most) throws Unavailable, InterruptedException {
        int nodes = within(most, admin.describeCluster().nodes()).size();
        NewTopic wanted =
                new NewTopic(topic, 1, (short) Math.min(REPLICAS_WANTED, Math.max(1, nodes)))
                        .configs(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT));
        try {
            within(most, admin.createTopics(List.of(wanted)).all());
            LOG.info("made the topic {} for the schemas", topic);
        } catch (TopicExistsException byAnotherNode) {
            LOG.debug("another node made the topic {}", topic);
        }
    }

    private long endOffset(Admin admin, Duration most) throws Unavailable, InterruptedException {
        ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
        return within(
                        most,
                        admin.listOffsets(Map.of(partition, OffsetSpec.latest()), committed)
                                .partitionResult(partition))
                .offset();
    }

    /** The reading thread: begins anew after a fault, at the record that comes next. */
    private void read(Reader reader) {
        long next = 0;
        while (closed.getCount() > 0) {
            try (Consumer<byte[], byte[]> mine = newConsumer()) {
                consumer = mine;
                mine.assign(List.of(partition));
                mine.seek(partition, next);
                while (closed.getCount() > 0) {
                    for (ConsumerRecord<byte[], byte[]> each : mine.poll(POLL)) {
                        RecordIntake.give(
                                reader,
                                each.key(),
                                each.value(),
                                each.timestamp(),
                                "offset " + each.offset() + " of " + topic);
                    }
                    next = mine.position(partition);
                    advance(next);
                }
            } catch (WakeupException stopping) {
                LOG.debug("the reader of {} stops", topic);
            } catch (KafkaException fault) {
                LOG.warn("cannot read {}, and tries again: {}", topic, fault.getMessage());
                pause();
            }
        }
    }

    private void pause() {
        try {
            closed.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private Consumer<byte[], byte[]> newConsumer() {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
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
    public void becomeWriter(Duration most) throws Unavailable, InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        closeProducer();
        Producer<byte[], byte[]> fresh = newProducer(most);
        try {
            fresh.initTransactions();
            producer = fresh;
            broken = false;
        } catch (KafkaException refused) {
            fresh.close(CLOSE_MOST);
            throw unavailable(refused);
        }
        try (Admin admin = Admin.create(clients)) {
            awaitApplied(endOffset(admin, most), end);
        } catch (KafkaException fault) {
            broken = true;
            throw unavailable(fault);
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
            throw unavailable(fault);
        }
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

    private static Unavailable unavailable(Exception fault) {
        Throwable cause = fault.getCause() == null ? fault : fault.getCause();
        return new Unavailable(reason(fault), String.valueOf(cause.getMessage()), fault);
    }

    private static Unavailable.Reason reason(Throwable fault) {
        for (Throwable at = fault; at != null; at = at.getCause()) {
            if (at instanceof RecordTooLargeException) {
                return Unavailable.Reason.TOO_LARGE;
            }
            if (at instanceof org.apache.kafka.common.errors.TimeoutException) {
                return Unavailable.Reason.TIMEOUT;
            }
        }
        return Unavailable.Reason.FAULT;
    }

    private static <T> T within(Duration most, KafkaFuture<T> future)
            throws Unavailable, InterruptedException {
        try {
            return future.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof KafkaException known) {
                throw known;
            }
            throw unavailable(failed);
        } catch (TimeoutException slow) {
            throw new Unavailable(
                    Unavailable.Reason.TIMEOUT, "the cluster did not answer within " + most, slow);
        }
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
