package naru.testkit.faults;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Reads a topic from its beginning on, without a group; what was seen must stay. */
final class Reader extends Client {
    private static final Duration WAIT = Duration.ofMillis(200);

    private final Consumer<String, String> consumer;
    private final List<TopicPartition> assigned;
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();

    Reader(
            String name,
            History history,
            Map<String, Object> settings,
            String isolation,
            String topic,
            int partitions) {
        super(name, history);
        Map<String, Object> all = new HashMap<>(settings);
        all.put("client.id", name);
        all.put("isolation.level", isolation);
        all.put("auto.offset.reset", "none");
        this.consumer =
                new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
        this.assigned =
                IntStream.range(0, partitions)
                        .mapToObj(partition -> new TopicPartition(topic, partition))
                        .toList();
        consumer.assign(assigned);
        assigned.forEach(partition -> consumer.seek(partition, 0));
    }

    List<TopicPartition> partitions() {
        return assigned;
    }

    /** The offset that it reads next. */
    long position(TopicPartition partition) {
        return positions.getOrDefault(partition, 0L);
    }

    @Override
    void step() {
        try {
            for (ConsumerRecord<String, String> record : consumer.poll(WAIT)) {
                onRecord(record);
            }
            for (TopicPartition partition : consumer.assignment()) {
                positions.put(partition, consumer.position(partition));
            }
        } catch (InvalidOffsetException lost) {
            history().complain("%s stands where no log is: %s".formatted(name(), lost));
            consumer.seekToBeginning(lost.partitions());
        } catch (KafkaException failure) {
            history().onMishap(name() + " was told: " + failure);
        }
    }

    private void onRecord(ConsumerRecord<String, String> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        long expected = position(partition);
        if (record.offset() < expected) {
            history()
                    .complain(
                            "%s got %s@%d again, after %d"
                                    .formatted(name(), partition, record.offset(), expected - 1));
        }
        positions.put(partition, record.offset() + 1);
        history().onSeen(partition, record.offset(), record.value());
    }

    @Override
    void rest() {}

    @Override
    void end() {
        consumer.close();
    }
}
