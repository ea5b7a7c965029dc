package naru.benchmarks.workload;

import naru.benchmarks.load.Latencies;
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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * 2,000 records of 100 bytes a second from a Java producer that does not linger to a Java consumer,
 * acks=all. Latency runs from the moment the record was due, so a stall counts for all that it
 * delays. The first fifth warms and is not counted.
 */
public record EndToEnd(String name) implements Workload {
    private static final int RECORDS_PER_SECOND = 2_000;
    private static final int VALUE_BYTES = 100;
    private static final int WARMING_SHARE = 5;
    private static final Duration TAIL = Duration.ofSeconds(20);

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onSpreadTopic(
                1, target.product().topicConfigs(), topic -> flow(target, topic, scale));
    }

    private static Map<Metric, Double> flow(Target target, Topic topic, Scale scale)
            throws IOException {
        int records = (int) scale.endToEnd().toSeconds() * RECORDS_PER_SECOND;
        FutureTask<Latencies> consumer = new FutureTask<>(() -> consume(target, topic, records));
        Thread.ofPlatform().daemon().name("benchmark-consumer").start(consumer);
        double cpuPercent = produce(target, topic, records);
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        Figures.addLatencies(figures, outcome(consumer));
        figures.put(Metric.CPU_PERCENT, cpuPercent);
        return figures;
    }

    /** Sends at the steady rate; returns the broker's CPU, in percent of a core, while it does. */
    private static double produce(Target target, Topic topic, int records) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        ClientConfigs.of(target, Map.of("linger.ms", 0, "acks", "all")),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            int partition = producer.partitionsFor(topic.name()).getFirst().partition();
            long start = System.nanoTime();
            long measuredFrom = start;
            double cpuBefore = target.broker().cpuSeconds();
            for (int i = 0; i < records; i++) {
                if (i == records / WARMING_SHARE) {
                    measuredFrom = System.nanoTime();
                    cpuBefore = target.broker().cpuSeconds();
                }
                long due = start + i * (1_000_000_000L / RECORDS_PER_SECOND);
                for (long left = due - System.nanoTime();
                        left > 0;
                        left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                byte[] value = ByteBuffer.allocate(VALUE_BYTES).putLong(due).putInt(i).array();
                var _ = producer.send(new ProducerRecord<>(topic.name(), partition, null, value));
            }
            producer.flush();
            double seconds = (System.nanoTime() - measuredFrom) / 1e9;
            return (target.broker().cpuSeconds() - cpuBefore) / seconds * 100;
        }
    }

    private static Latencies consume(Target target, Topic topic, int records) throws IOException {
        Latencies latencies = new Latencies(records);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        ClientConfigs.of(target, Map.of("auto.offset.reset", "earliest")),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = List.of(new TopicPartition(topic.name(), 0));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            int received = 0;
            while (received < records) {
                var polled = consumer.poll(TAIL);
                if (polled.isEmpty()) {
                    throw new IOException("only " + received + " of " + records + " records came");
                }
                long now = System.nanoTime();
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    ByteBuffer value = ByteBuffer.wrap(record.value());
                    long due = value.getLong();
                    if (value.getInt() != received) {
                        throw new IOException("record " + received + " is missing or out of order");
                    }
                    if (received >= records / WARMING_SHARE) {
                        latencies.record(now - due);
                    }
                    received++;
                }
            }
        }
        return latencies;
    }

    private static Latencies outcome(FutureTask<Latencies> consumer) throws IOException {
        try {
            return consumer.get(TAIL.toSeconds() * 2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the consumer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
