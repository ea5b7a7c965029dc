package naru.app.cli;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Timestamps of the records that stand at given offsets, or next after them. */
final class WaitingRecords {
    private static final int MAX_PARTITIONS = 1_000;
    private static final Duration BOUND = Duration.ofSeconds(3);

    private WaitingRecords() {}

    /** Partitions that do not answer in time are left out. */
    static Map<TopicPartition, Long> timestamps(
            Connection connection, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, Long> found = new HashMap<>();
        if (offsets.isEmpty()) {
            return found;
        }
        Map<String, Object> properties = connection.clientProperties();
        properties.put("max.partition.fetch.bytes", "1");
        properties.put("auto.offset.reset", "none");
        properties.put("enable.auto.commit", "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Set<TopicPartition> wanted = new HashSet<>();
            offsets.keySet().stream().limit(MAX_PARTITIONS).forEach(wanted::add);
            consumer.assign(wanted);
            offsets.forEach((partition, offset) -> {
                if (wanted.contains(partition)) {
                    consumer.seek(partition, offset);
                }
            });
            long deadline = System.nanoTime() + BOUND.toNanos();
            while (!wanted.isEmpty() && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    TopicPartition partition =
                            new TopicPartition(record.topic(), record.partition());
                    found.putIfAbsent(partition, record.timestamp());
                    wanted.remove(partition);
                }
                consumer.pause(found.keySet());
            }
        }
        return found;
    }
}
