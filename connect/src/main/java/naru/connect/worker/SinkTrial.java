package naru.connect.worker;

import naru.http.Refusal;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.runtime.ConnectorConfig;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.isolation.Plugins.ClassLoaderUsage;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A record of a sink's topics, as the sink would be given it. Leaves no trace in the cluster. */
final class SinkTrial {
    private static final int TOPICS_MOST = 20;

    private final Plugins plugins;
    private final WorkerConfig workerConfig;
    private final ConnectorConfig connectorConfig;
    private final Map<String, Object> clients;

    SinkTrial(
            Plugins plugins,
            WorkerConfig workerConfig,
            ConnectorConfig connectorConfig,
            Map<String, Object> clients) {
        this.plugins = plugins;
        this.workerConfig = workerConfig;
        this.connectorConfig = connectorConfig;
        this.clients = clients;
    }

    /** The last one of a partition that has any; null when none has. */
    @Nullable SinkRecord last(Map<String, String> config, int seconds) {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.putAll(workerConfig.originalsWithPrefix("consumer."));
        properties.put("client.id", "naru-connect-dry-run");
        properties.put("allow.auto.create.topics", "false");
        properties.remove("group.id");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(consumer, config);
            consumer.assign(partitions);
            consumer.endOffsets(partitions)
                    .forEach((partition, end) -> consumer.seek(partition, Math.max(0, end - 1)));
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() < until) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(500))) {
                    return converted(record);
                }
                if (isEmpty(consumer, partitions)) {
                    return null;
                }
            }
            return null;
        }
    }

    private static boolean isEmpty(
            Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        return partitions.stream()
                .allMatch(each -> begins.getOrDefault(each, 0L) >= ends.getOrDefault(each, 0L));
    }

    private static List<TopicPartition> partitions(
            Consumer<byte[], byte[]> consumer, Map<String, String> config) {
        Map<String, List<PartitionInfo>> all = consumer.listTopics();
        String listed = config.getOrDefault("topics", "");
        String pattern = config.get("topics.regex");
        List<String> names =
                pattern == null
                        ? List.of(listed.split("\\s*,\\s*", -1))
                        : all.keySet().stream()
                                .filter(Pattern.compile(pattern).asMatchPredicate())
                                .toList();
        List<TopicPartition> partitions = new ArrayList<>();
        names.stream()
                .limit(TOPICS_MOST)
                .forEach(name ->
                        all.getOrDefault(name, List.of())
                                .forEach(info ->
                                        partitions.add(
                                                new TopicPartition(name, info.partition()))));
        if (partitions.isEmpty()) {
            throw new Refusal(
                    422,
                    "there is no topic "
                            + (pattern == null ? listed : "that matches " + pattern)
                            + ", from which the sink would read");
        }
        return partitions;
    }

    private SinkRecord converted(ConsumerRecord<byte[], byte[]> record) {
        try (Converter key = converter(WorkerConfig.KEY_CONVERTER_CLASS_CONFIG);
                Converter value = converter(WorkerConfig.VALUE_CONVERTER_CLASS_CONFIG)) {
            SchemaAndValue readKey =
                    key.toConnectData(record.topic(), record.headers(), record.key());
            SchemaAndValue readValue =
                    value.toConnectData(record.topic(), record.headers(), record.value());
            return new SinkRecord(
                    record.topic(),
                    record.partition(),
                    readKey.schema(),
                    readKey.value(),
                    readValue.schema(),
                    readValue.value(),
                    record.offset(),
                    record.timestamp(),
                    record.timestampType(),
                    headers(record));
        } catch (RuntimeException unreadable) {
            throw new IllegalStateException(
                    "the converters cannot read %s-%d at offset %d: %s"
                            .formatted(
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    unreadable.getMessage()),
                    unreadable);
        } catch (java.io.IOException fault) {
            throw new IllegalStateException("a converter does not close", fault);
        }
    }

    private ConnectHeaders headers(ConsumerRecord<byte[], byte[]> record) {
        String property = WorkerConfig.HEADER_CONVERTER_CLASS_CONFIG;
        HeaderConverter own =
                plugins.newHeaderConverter(
                        connectorConfig, property, ClassLoaderUsage.CURRENT_CLASSLOADER);
        HeaderConverter converter =
                own != null
                        ? own
                        : plugins.newHeaderConverter(
                                workerConfig, property, ClassLoaderUsage.PLUGINS);
        ConnectHeaders headers = new ConnectHeaders();
        record.headers()
                .forEach(each ->
                        headers.add(
                                each.key(),
                                converter.toConnectHeader(
                                        record.topic(), each.key(), each.value())));
        return headers;
    }

    private Converter converter(String property) {
        Converter own =
                plugins.newConverter(
                        connectorConfig, property, ClassLoaderUsage.CURRENT_CLASSLOADER);
        return own != null
                ? own
                : plugins.newConverter(workerConfig, property, ClassLoaderUsage.PLUGINS);
    }
}
