package naru.benchmarks.workload;

import naru.benchmarks.load.Topic;
import naru.benchmarks.report.Metric;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;

/**
 * Kafka's Java consumer reads what its producer has written just before, uncompressed records of 1
 * KB, from the beginning and several times. Over TLS this is where the broker cannot let the kernel
 * copy files to sockets.
 */
public record JavaConsumer(String name, Wire wire) implements Workload {
    private static final int PARTITIONS = 4;
    private static final int PASSES = 2;
    private static final Duration POLL = Duration.ofSeconds(10);

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                PARTITIONS,
                target.product().topicConfigs(),
                topic -> {
                    long records = fill(target, topic, scale.producerMegabytes() * 1_000_000L);
                    return consume(target, topic, records);
                });
    }

    /** Gives the number of records. */
    private static long fill(Target target, Topic topic, long wantedBytes) {
        Properties configs = ClientConfigs.of(target, Map.of("batch.size", 65_536, "linger.ms", 5));
        List<byte[]> values = JavaProducer.values();
        long records = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        configs, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long bytes = 0; bytes < wantedBytes; records++) {
                byte[] value = values.get((int) (records % values.size()));
                int partition = (int) (records % PARTITIONS);
                var _ = producer.send(new ProducerRecord<>(topic.name(), partition, null, value));
                bytes += value.length;
            }
        }
        return records;
    }

    private Map<Metric, Double> consume(Target target, Topic topic, long records)
            throws IOException {
        Properties configs =
                wire.configs(
                        target,
                        Map.of(
                                "max.poll.records",
                                5_000,
                                "max.partition.fetch.bytes",
                                1 << 20,
                                "auto.offset.reset",
                                "earliest"));
        List<TopicPartition> partitions =
                IntStream.range(0, PARTITIONS)
                        .mapToObj(index -> new TopicPartition(topic.name(), index))
                        .toList();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        configs, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            partitions.forEach(consumer::position);
            double before = target.broker().cpuSeconds();
            long start = System.nanoTime();
            long bytes = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                consumer.seekToBeginning(partitions);
                bytes += readAll(consumer, records);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return Figures.perByte(bytes, seconds, target.broker().cpuSeconds() - before);
        }
    }

    private static long readAll(KafkaConsumer<byte[], byte[]> consumer, long records)
            throws IOException {
        long bytes = 0;
        for (long seen = 0; seen < records; ) {
            var polled = consumer.poll(POLL);
            if (polled.isEmpty()) {
                throw new IOException(
                        "only %d of %d records could be read".formatted(seen, records));
            }
            for (ConsumerRecord<byte[], byte[]> one : polled) {
                bytes += one.serializedValueSize();
            }
            seen += polled.count();
        }
        return bytes;
    }
}
