package naru.benchmarks.workload;

import naru.benchmarks.load.Topic;
import naru.benchmarks.report.Metric;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Java share consumers that empty a queue of one partition together, records of 100 bytes, each
 * poll acknowledging what the one before it brought. Counted from the first record that arrives
 * until all have.
 */
public record ShareConsumers(String name, int consumers) implements Workload {
    private static final AtomicInteger GROUPS = new AtomicInteger();
    private static final int VALUE_BYTES = 100;
    private static final Duration BOUND = Duration.ofMinutes(3);

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                1,
                target.product().topicConfigs(),
                topic -> empty(target, topic, scale.smallRequests()));
    }

    private Map<Metric, Double> empty(Target target, Topic topic, int records) throws IOException {
        fill(target, topic, records);
        String group = name + "-" + GROUPS.incrementAndGet();
        startFromEarliest(target, group);
        AtomicInteger received = new AtomicInteger();
        AtomicLong firstAt = new AtomicLong();
        List<FutureTask<Void>> members = new ArrayList<>();
        double cpuBefore = target.broker().cpuSeconds();
        for (int i = 0; i < consumers; i++) {
            FutureTask<Void> member =
                    new FutureTask<>(
                            () -> consume(target, topic, group, records, received, firstAt), null);
            members.add(member);
            Thread.ofPlatform().daemon().name("benchmark-sharer-" + i).start(member);
        }
        for (FutureTask<Void> member : members) {
            await(member);
        }
        double seconds = (System.nanoTime() - firstAt.get()) / 1e9;
        double cpuSeconds = target.broker().cpuSeconds() - cpuBefore;
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.RECORDS_PER_SECOND, records / seconds);
        figures.put(Metric.CPU_SECONDS_PER_100K, cpuSeconds / records * 100_000);
        return figures;
    }

    private static void fill(Target target, Topic topic, int records) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        ClientConfigs.of(target, Map.of("linger.ms", 5)),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = 0; i < records; i++) {
                var _ =
                        producer.send(
                                new ProducerRecord<>(topic.name(), 0, null, new byte[VALUE_BYTES]));
            }
        }
    }

    private static void startFromEarliest(Target target, String group) throws IOException {
        try (Admin admin = Admin.create(ClientConfigs.of(target, Map.of()))) {
            AlterConfigOp earliest =
                    new AlterConfigOp(
                            new ConfigEntry("share.auto.offset.reset", "earliest"), OpType.SET);
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(ConfigResource.Type.GROUP, group),
                                    List.of(earliest)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IOException("the group cannot be configured", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void consume(
            Target target,
            Topic topic,
            String group,
            int records,
            AtomicInteger received,
            AtomicLong firstAt) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        try (KafkaShareConsumer<byte[], byte[]> consumer =
                new KafkaShareConsumer<>(
                        ClientConfigs.of(target, Map.of("group.id", group)),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic.name()));
            while (received.get() < records) {
                int count = consumer.poll(Duration.ofMillis(100)).count();
                if (count > 0) {
                    firstAt.compareAndSet(0, System.nanoTime());
                    received.addAndGet(count);
                } else if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(
                            "only " + received + " of " + records + " records came");
                }
            }
        }
    }

    private static void await(FutureTask<Void> member) throws IOException {
        try {
            member.get(BOUND.toSeconds() * 2, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a share consumer failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
