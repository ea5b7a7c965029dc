package naru.benchmarks.workload;

import naru.benchmarks.load.Topic;
import naru.benchmarks.report.Metric;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * Kafka's Java producer with a codec, as people run it: idempotent, acks=all, batches of 64 KB.
 * Volumes count before compression. The client is the larger half of the cost, so the rate says
 * little and the broker's CPU much.
 */
public record JavaProducer(String name, String codec, Wire wire) implements Workload {
    private static final int PARTITIONS = 4;
    private static final int DISTINCT_VALUES = 4_096;

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        Properties configs =
                wire.configs(
                        target,
                        Map.of("compression.type", codec, "batch.size", 65_536, "linger.ms", 5));
        List<byte[]> values = values();
        return target.onSpreadTopic(
                PARTITIONS,
                target.product().topicConfigs(),
                topic -> produce(target, topic, configs, values, scale));
    }

    private static Map<Metric, Double> produce(
            Target target, Topic topic, Properties configs, List<byte[]> values, Scale scale)
            throws IOException {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        long wanted = scale.producerMegabytes() * 1_000_000L;
        long bytes = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        configs, new ByteArraySerializer(), new ByteArraySerializer())) {
            int connected = producer.partitionsFor(topic.name()).size();
            double before = target.broker().cpuSeconds();
            long start = System.nanoTime();
            for (int i = 0; bytes < wanted; i++) {
                byte[] value = values.get(i % values.size());
                var _ =
                        producer.send(
                                new ProducerRecord<>(topic.name(), i % connected, null, value),
                                (metadata, exception) -> {
                                    if (exception != null) {
                                        failure.compareAndSet(null, exception);
                                    }
                                });
                bytes += value.length;
            }
            producer.flush();
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpuSeconds = target.broker().cpuSeconds() - before;
            if (failure.get() != null) {
                throw new IOException("a record was not acknowledged", failure.get());
            }
            return Figures.perByte(bytes, seconds, cpuSeconds);
        }
    }

    /** Events as JSON of about 1 KB: names repeat, values differ. */
    static List<byte[]> values() {
        Random random = new Random(7);
        return IntStream.range(0, DISTINCT_VALUES).mapToObj(i -> event(random)).toList();
    }

    private static byte[] event(Random random) {
        StringBuilder json = new StringBuilder("{\"type\":\"order\"");
        for (int field = 0; field < 32; field++) {
            json.append(",\"attribute-").append(field).append("\":\"");
            json.append(Integer.toHexString(random.nextInt())).append('"');
        }
        return json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }
}
