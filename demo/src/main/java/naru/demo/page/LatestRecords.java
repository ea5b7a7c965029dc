package naru.demo.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;

import naru.demo.weather.WeatherSchemas;
import naru.demo.weather.WeatherTopic;
import naru.schema.client.SchemaSourceException;
import naru.schema.payload.InvalidPayloadException;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The last records of each topic, read without a group.
 *
 * <p>Threads: {@link #run} has one of its own; the rest may be asked by any.
 */
public final class LatestRecords implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.demo");
    private static final int KEPT = 100;
    private static final int MOST_CHARACTERS = 4_000;

    private final Consumer<String, byte[]> consumer;
    private final WeatherSchemas schemas;
    private final Map<String, Deque<Shown>> kept = new HashMap<>();

    /**
     * A record.
     *
     * @param time of the record, in milliseconds
     * @param bytes of the value as it is on the wire
     */
    public record Shown(
            int partition, long offset, long time, String key, JsonNode value, int bytes) {}

    /**
     * @param clients properties by which Kafka's clients reach the cluster
     */
    public LatestRecords(Map<String, Object> clients, WeatherSchemas schemas) {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "weather-page");
        this.consumer =
                new KafkaConsumer<>(
                        properties, new StringDeserializer(), new ByteArrayDeserializer());
        this.schemas = schemas;
    }

    public void stop() {
        consumer.wakeup();
    }

    /** Newest first. */
    public List<Shown> of(String topic) {
        synchronized (kept) {
            Deque<Shown> records = kept.get(topic);
            return records == null ? List.of() : new ArrayList<>(records).reversed();
        }
    }

    @Override
    public void run() {
        try (consumer) {
            List<TopicPartition> partitions =
                    Arrays.stream(WeatherTopic.values())
                            .flatMap(LatestRecords::partitions)
                            .toList();
            consumer.assign(partitions);
            consumer.endOffsets(partitions)
                    .forEach((partition, end) -> consumer.seek(partition, Math.max(0, end - KEPT)));
            while (!Thread.currentThread().isInterrupted()) {
                for (ConsumerRecord<String, byte[]> each : consumer.poll(Duration.ofSeconds(1))) {
                    keep(each);
                }
            }
        } catch (WakeupException stopped) {
            LOG.debug("the page's reader was stopped");
        } catch (KafkaException fault) {
            LOG.warn("the page's reader ends; records are not shown any more", fault);
        }
    }

    private static Stream<TopicPartition> partitions(WeatherTopic topic) {
        return IntStream.range(0, WeatherTopic.PARTITIONS)
                .mapToObj(number -> new TopicPartition(topic.topic(), number));
    }

    private void keep(ConsumerRecord<String, byte[]> each) {
        Shown shown =
                new Shown(
                        each.partition(),
                        each.offset(),
                        each.timestamp(),
                        String.valueOf(each.key()),
                        json(each.value()),
                        Math.max(0, each.serializedValueSize()));
        synchronized (kept) {
            Deque<Shown> records = kept.computeIfAbsent(each.topic(), topic -> new ArrayDeque<>());
            records.addLast(shown);
            if (records.size() > KEPT) {
                records.removeFirst();
            }
        }
    }

    /** Others may write to the topics too: what is no value of a schema is told, not hidden. */
    private JsonNode json(byte[] value) {
        try {
            JsonNode json = value == null ? TextNode.valueOf("(no value)") : schemas.json(value);
            return json.toString().length() > MOST_CHARACTERS
                    ? TextNode.valueOf("(too long to be shown)")
                    : json;
        } catch (InvalidPayloadException | SchemaSourceException unreadable) {
            return TextNode.valueOf("(unreadable: " + unreadable.getMessage() + ")");
        }
    }
}
