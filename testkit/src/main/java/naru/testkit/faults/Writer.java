package naru.testkit.faults;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/** An idempotent producer that counts upwards in each partition of a topic. */
final class Writer extends Client {
    private final Map<String, Object> settings;
    private final String topic;
    private final int partitions;
    private final long pauseMillis;
    private final Map<Integer, Integer> counts = new HashMap<>();
    private Producer<String, String> producer;
    private int turn;

    Writer(
            String name,
            History history,
            Map<String, Object> settings,
            String topic,
            int partitions,
            int recordsPerSecond) {
        super(name, history);
        this.settings = settings;
        this.topic = topic;
        this.partitions = partitions;
        this.pauseMillis = Math.max(1, 1000 / recordsPerSecond);
        this.producer = open();
    }

    private Producer<String, String> open() {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("client.id", name());
        all.put("acks", "all");
        all.put("enable.idempotence", "true");
        all.putIfAbsent("delivery.timeout.ms", "180000");
        all.put("max.block.ms", "180000");
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    @Override
    void step() {
        int partition = turn++ % partitions;
        int count = counts.merge(partition, 1, Integer::sum);
        String value = name() + "/" + partition + "/" + count;
        long sent = System.nanoTime();
        try {
            var _ =
                    producer.send(
                            new ProducerRecord<>(topic, partition, name(), value),
                            (where, failure) -> onDone(where, value, sent, failure));
        } catch (KafkaException refused) {
            history().onMishap(name() + " begins anew: " + refused);
            producer.close();
            producer = open();
        }
        pause(pauseMillis);
    }

    private void onDone(
            RecordMetadata where, String value, long sentNanos, @Nullable Exception failure) {
        if (failure == null) {
            TopicPartition partition = new TopicPartition(where.topic(), where.partition());
            history().onAcknowledged(partition, where.offset(), value, sentNanos);
        } else {
            history().onMishap(value + " was refused: " + failure);
        }
    }

    @Override
    void rest() {
        producer.flush();
    }

    @Override
    void end() {
        producer.close();
    }
}
