package naru.benchmarks.workload;

import naru.benchmarks.load.Latencies;
import naru.benchmarks.load.Topic;
import naru.benchmarks.report.Metric;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One Java producer that commits one transaction after the other, of ten records of 100 bytes each.
 * Latency is that of a whole transaction, from its begin to the end of its commit.
 */
public record Transactions(String name) implements Workload {
    private static final AtomicInteger IDS = new AtomicInteger();
    private static final int RECORDS = 10;
    private static final int VALUE_BYTES = 100;
    private static final int MOST = 1_000_000;
    private static final int WARMING = 200;

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                1,
                target.product().topicConfigs(),
                topic -> commit(target, topic, scale.transactions()));
    }

    private Map<Metric, Double> commit(Target target, Topic topic, Duration duration) {
        Map<String, Object> configs =
                Map.of("acks", "all", "transactional.id", name + "-" + IDS.incrementAndGet());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        ClientConfigs.of(target, configs),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.initTransactions();
            for (int i = 0; i < WARMING; i++) {
                one(producer, topic);
            }
            Latencies latencies = new Latencies(MOST);
            double before = target.broker().cpuSeconds();
            long start = System.nanoTime();
            long last = start;
            while (last - start < duration.toNanos() && latencies.count() < MOST) {
                one(producer, topic);
                long now = System.nanoTime();
                latencies.record(now - last);
                last = now;
            }
            int done = latencies.count();
            double cpuSeconds = target.broker().cpuSeconds() - before;
            Map<Metric, Double> figures = new EnumMap<>(Metric.class);
            figures.put(Metric.TRANSACTIONS_PER_SECOND, done / ((last - start) / 1e9));
            figures.put(Metric.CPU_MILLIS_PER_TRANSACTION, cpuSeconds * 1_000 / done);
            Figures.addLatencies(figures, latencies);
            return figures;
        }
    }

    private static void one(KafkaProducer<byte[], byte[]> producer, Topic topic) {
        producer.beginTransaction();
        for (int i = 0; i < RECORDS; i++) {
            var _ =
                    producer.send(
                            new ProducerRecord<>(topic.name(), 0, null, new byte[VALUE_BYTES]));
        }
        producer.commitTransaction();
    }
}
