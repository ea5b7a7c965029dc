package naru.testkit.faults;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies what a topic gets to another, exactly once: records and offsets in one transaction. After
 * any failure it begins anew under the same transactional id.
 */
final class Copier extends Client {
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final int ABORT_EACH = 23;

    private final Map<String, Object> settings;
    private final String from;
    private final String to;
    private final int partitions;
    private final String protocol;
    private final AtomicLong copied = new AtomicLong();
    private @Nullable Producer<String, String> producer;
    private @Nullable Consumer<String, String> consumer;
    private int transactions;
    private long begunNanos;

    Copier(
            String name,
            History history,
            Map<String, Object> settings,
            String protocol,
            String from,
            String to,
            int partitions) {
        super(name, history);
        this.settings = settings;
        this.protocol = protocol;
        this.from = from;
        this.to = to;
        this.partitions = partitions;
    }

    long copied() {
        return copied.get();
    }

    @Override
    void step() {
        try {
            Producer<String, String> open = producer();
            Consumer<String, String> input = consumer();
            ConsumerRecords<String, String> records = input.poll(WAIT);
            if (!records.isEmpty()) {
                copy(open, input, records);
            }
        } catch (KafkaException failure) {
            long open = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
            history()
                    .onMishap(
                            "%s begins anew %d ms after it began its transaction: %s"
                                    .formatted(name(), open, failure));
            end();
            pause(100);
        }
    }

    private void copy(
            Producer<String, String> open,
            Consumer<String, String> input,
            ConsumerRecords<String, String> records) {
        String transaction = name() + "-" + ++transactions + "-" + System.nanoTime();
        open.beginTransaction();
        begunNanos = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (ConsumerRecord<String, String> record : records) {
            Copy copy =
                    new Copy(
                            record.partition(),
                            record.offset(),
                            record.value(),
                            transaction,
                            records.count());
            int target = (record.partition() + 1) % partitions;
            var _ = open.send(new ProducerRecord<>(to, target, name(), copy.text()));
            offsets.put(
                    new TopicPartition(record.topic(), record.partition()),
                    new OffsetAndMetadata(record.offset() + 1));
        }
        if (transactions % ABORT_EACH == 0) {
            open.flush();
            open.abortTransaction();
            rewind(input, offsets.keySet().stream().toList());
            return;
        }
        open.sendOffsetsToTransaction(offsets, input.groupMetadata());
        open.commitTransaction();
        copied.addAndGet(records.count());
    }

    private static void rewind(Consumer<String, String> input, List<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                input.committed(new HashSet<>(partitions));
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata last = committed.get(partition);
            if (last == null) {
                input.seekToBeginning(List.of(partition));
            } else {
                input.seek(partition, last.offset());
            }
        }
    }

    private Producer<String, String> producer() {
        Producer<String, String> open = producer;
        if (open == null) {
            Map<String, Object> all = new HashMap<>(settings);
            all.put("client.id", name());
            all.put("transactional.id", name());
            all.put("transaction.timeout.ms", "10000");
            all.put("delivery.timeout.ms", "30000");
            all.put("max.block.ms", "30000");
            open = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
            producer = open;
            open.initTransactions();
        }
        return open;
    }

    private Consumer<String, String> consumer() {
        Consumer<String, String> open = consumer;
        if (open == null) {
            Map<String, Object> all = new HashMap<>(settings);
            all.put("client.id", name());
            all.put("group.id", "copiers");
            all.put("group.protocol", protocol);
            if (protocol.equals("classic")) {
                all.put("session.timeout.ms", "6000");
            }
            all.put("isolation.level", "read_committed");
            all.put("enable.auto.commit", "false");
            all.put("auto.offset.reset", "earliest");
            all.put("max.poll.records", "200");
            open = new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
            consumer = open;
            open.subscribe(List.of(from));
        }
        return open;
    }

    /** Nothing is under way between two steps. */
    @Override
    void rest() {}

    @Override
    void end() {
        Producer<String, String> writing = producer;
        Consumer<String, String> reading = consumer;
        producer = null;
        consumer = null;
        if (writing != null) {
            writing.close(Duration.ofSeconds(2));
        }
        if (reading != null) {
            try {
                reading.close(CloseOptions.timeout(Duration.ofSeconds(2)));
            } catch (KafkaException gone) {
                history().onMishap(name() + " left its group so: " + gone);
            }
        }
    }
}
