package naru.benchmarks.workload;

import naru.benchmarks.load.Latencies;
import naru.benchmarks.load.Topic;
import naru.benchmarks.report.Metric;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A quiet producer of 500 records of 100 bytes a second, acks=1, beside two producers that send as
 * fast as they can, with a quota of 1 MB/s on their client id or without. Latency is the quiet
 * one's, from the moment a record was due to its acknowledgement; the rate is what the noisy ones
 * got through. The first fifth warms and is not counted.
 */
public record NoisyNeighbour(String name, Noise noise) implements Workload {
    private static final int RECORDS_PER_SECOND = 500;
    private static final int QUIET_BYTES = 100;
    private static final int NOISY_BYTES = 10_000;
    private static final int NOISY_PRODUCERS = 2;
    private static final int WARMING_SHARE = 5;
    private static final double QUOTA_BYTES_PER_SECOND = 1_000_000;
    private static final String NOISY_CLIENT = "benchmark-noisy";

    /** What is beside the quiet producer. */
    public enum Noise {
        NONE,
        UNLIMITED,
        LIMITED
    }

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        setQuota(target, noise == Noise.LIMITED ? QUOTA_BYTES_PER_SECOND : null);
        try {
            return target.onTopic(
                    2, target.product().topicConfigs(), topic -> measure(target, topic, scale));
        } finally {
            setQuota(target, null);
        }
    }

    private static void setQuota(Target target, @Nullable Double bytesPerSecond)
            throws IOException {
        ClientQuotaEntity entity =
                new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, NOISY_CLIENT));
        ClientQuotaAlteration change =
                new ClientQuotaAlteration(
                        entity,
                        List.of(
                                new ClientQuotaAlteration.Op(
                                        "producer_byte_rate", bytesPerSecond)));
        try (Admin admin = Admin.create(ClientConfigs.of(target, Map.of()))) {
            admin.alterClientQuotas(List.of(change)).all().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the quota could not be set", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Map<Metric, Double> measure(Target target, Topic topic, Scale scale)
            throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong noisyBytes = new AtomicLong();
        List<Thread> neighbours = new ArrayList<>();
        for (int i = 0; noise != Noise.NONE && i < NOISY_PRODUCERS; i++) {
            neighbours.add(
                    Thread.ofPlatform()
                            .daemon()
                            .name("benchmark-noisy-" + i)
                            .start(() -> shout(target, topic, over, noisyBytes)));
        }
        long begin = System.nanoTime();
        try {
            Latencies latencies =
                    whisper(target, topic, (int) scale.endToEnd().toSeconds() * RECORDS_PER_SECOND);
            double seconds = (System.nanoTime() - begin) / 1e9;
            Map<Metric, Double> figures = new EnumMap<>(Metric.class);
            Figures.addLatencies(figures, latencies);
            if (noise != Noise.NONE) {
                figures.put(Metric.MEGABYTES_PER_SECOND, noisyBytes.get() / 1e6 / seconds);
            }
            return figures;
        } finally {
            over.set(true);
            for (Thread neighbour : neighbours) {
                join(neighbour);
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(
            Target target, Map<String, Object> configs) {
        return new KafkaProducer<>(
                ClientConfigs.of(target, configs),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Sends as fast as it may; what has not left at the end is dropped. */
    private static void shout(
            Target target, Topic topic, AtomicBoolean over, AtomicLong acknowledgedBytes) {
        byte[] value = new byte[NOISY_BYTES];
        KafkaProducer<byte[], byte[]> producer =
                producer(
                        target,
                        Map.of(
                                "client.id",
                                NOISY_CLIENT,
                                "acks",
                                "1",
                                "batch.size",
                                256 << 10,
                                "buffer.memory",
                                8L << 20,
                                "max.block.ms",
                                200L));
        while (!over.get()) {
            try {
                var _ =
                        producer.send(
                                new ProducerRecord<>(topic.name(), 1, null, value),
                                (metadata, failure) ->
                                        acknowledgedBytes.addAndGet(
                                                failure == null ? NOISY_BYTES : 0));
            } catch (KafkaException full) {
                Thread.onSpinWait();
            }
        }
        producer.close(Duration.ZERO);
    }

    /** Sends at a steady rate and waits for every acknowledgement. */
    private static Latencies whisper(Target target, Topic topic, int records) throws IOException {
        Latencies latencies = new Latencies(records);
        AtomicLong failed = new AtomicLong();
        try (KafkaProducer<byte[], byte[]> producer =
                producer(target, Map.of("acks", "1", "linger.ms", 0))) {
            long start = System.nanoTime();
            for (int i = 0; i < records; i++) {
                long due = start + i * (1_000_000_000L / RECORDS_PER_SECOND);
                for (long left = due - System.nanoTime();
                        left > 0;
                        left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                boolean counts = i >= records / WARMING_SHARE;
                var _ =
                        producer.send(
                                new ProducerRecord<>(topic.name(), 0, null, new byte[QUIET_BYTES]),
                                (metadata, failure) -> {
                                    if (failure != null) {
                                        failed.incrementAndGet();
                                    } else if (counts) {
                                        latencies.record(System.nanoTime() - due);
                                    }
                                });
            }
            producer.flush();
        }
        if (failed.get() > 0) {
            throw new IOException(failed.get() + " records of the quiet producer failed");
        }
        return latencies;
    }
}
