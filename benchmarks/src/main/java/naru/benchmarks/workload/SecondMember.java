package naru.benchmarks.workload;

import naru.benchmarks.load.Latencies;
import naru.benchmarks.load.Topic;
import naru.benchmarks.report.Metric;

import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A second Java consumer joins a group of the newer protocol (KIP-848) whose only member polls all
 * the time. Latency is from its first poll until it has partitions.
 */
public record SecondMember(String name) implements Workload {
    private static final AtomicInteger GROUPS = new AtomicInteger();
    private static final int PARTITIONS = 4;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration BOUND = Duration.ofMinutes(1);

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                PARTITIONS,
                target.product().topicConfigs(),
                topic -> joins(target, topic, scale.joins()));
    }

    private Map<Metric, Double> joins(Target target, Topic topic, int count) throws IOException {
        Latencies latencies = new Latencies(count);
        for (int i = 0; i < count; i++) {
            latencies.record(join(target, topic));
        }
        return new EnumMap<>(Map.of(Metric.P50_MILLIS, latencies.percentileMillis(0.5)));
    }

    private long join(Target target, Topic topic) throws IOException {
        String group = name + "-" + GROUPS.incrementAndGet();
        CountDownLatch alone = new CountDownLatch(1);
        CountDownLatch joined = new CountDownLatch(1);
        Thread first =
                Thread.ofPlatform()
                        .daemon()
                        .name("benchmark-first-member")
                        .start(() -> {
                            try (KafkaConsumer<byte[], byte[]> consumer = member(target, group)) {
                                consumer.subscribe(List.of(topic.name()));
                                while (joined.getCount() > 0) {
                                    consumer.poll(POLL);
                                    if (consumer.assignment().size() == PARTITIONS) {
                                        alone.countDown();
                                    }
                                }
                            }
                        });
        try (KafkaConsumer<byte[], byte[]> second = member(target, group)) {
            if (!alone.await(BOUND.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the first member has no partitions");
            }
            second.subscribe(List.of(topic.name()));
            long start = System.nanoTime();
            while (second.assignment().isEmpty()) {
                second.poll(POLL);
                if (System.nanoTime() - start > BOUND.toNanos()) {
                    throw new IOException("the second member has no partitions");
                }
            }
            return System.nanoTime() - start;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            joined.countDown();
            end(first);
        }
    }

    private static KafkaConsumer<byte[], byte[]> member(Target target, String group) {
        return new KafkaConsumer<>(
                ClientConfigs.of(target, Map.of("group.id", group, "group.protocol", "consumer")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static void end(Thread member) throws IOException {
        try {
            member.join(BOUND);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
