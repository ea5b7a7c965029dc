package naru.demo.weather;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Writes the observations into their topic, day by day, at a chosen speed; begins behind what is
 * there already.
 *
 * <p>Threads: {@link #run} has one of its own; what it tells may be read by any.
 */
public final class Replay implements Runnable {
    /** As fast as it goes. */
    public static final double UNTHROTTLED = 0;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long BACK = 8;

    private final Map<String, Object> clients;
    private final Serde<Observation> values;
    private final List<Observation> observations;
    private final double daysPerSecond;
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile String day = "";
    private volatile boolean done;
    private volatile @Nullable Exception sendFault;

    /**
     * @param clients properties by which Kafka's clients reach the cluster
     * @param daysPerSecond or {@link #UNTHROTTLED}
     */
    public Replay(
            Map<String, Object> clients,
            Serde<Observation> values,
            DataSet data,
            double daysPerSecond) {
        this.clients = clients;
        this.values = values;
        this.observations = data.observations();
        this.daysPerSecond = daysPerSecond;
    }

    /** The day that was written last; empty before the first. */
    public String day() {
        return day;
    }

    /** Whether all was written. */
    public boolean isDone() {
        return done;
    }

    public void stop() {
        stop.countDown();
    }

    @Override
    public void run() {
        Map<String, String> written = written();
        List<Observation> left =
                observations.stream()
                        .filter(each ->
                                each.observedOn().compareTo(written.getOrDefault(each.city(), ""))
                                        > 0)
                        .toList();
        day = written.values().stream().min(String::compareTo).orElse("");
        try (Producer<String, Observation> producer = producer()) {
            if (write(left, producer)) {
                producer.flush();
                tellOfFault();
                done = true;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when it was stopped before the end. */
    private boolean write(List<Observation> left, Producer<String, Observation> producer)
            throws InterruptedException {
        long began = System.nanoTime();
        long days = 0;
        for (Observation each : left) {
            if (!each.observedOn().equals(day)) {
                long due =
                        daysPerSecond == UNTHROTTLED
                                ? began
                                : began + (long) (days * 1e9 / daysPerSecond);
                if (stop.await(due - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
                days++;
            }
            tellOfFault();
            producer.send(
                    new ProducerRecord<>(
                            WeatherTopic.DAILY.topic(),
                            null,
                            each.time().toEpochMilli(),
                            each.city(),
                            each),
                    (metadata, fault) -> {
                        if (fault != null) {
                            sendFault = fault;
                        }
                    });
            day = each.observedOn();
        }
        return true;
    }

    private void tellOfFault() {
        Exception fault = sendFault;
        if (fault != null) {
            throw new IllegalStateException(
                    "an observation could not be written: " + fault.getMessage(), fault);
        }
    }

    private Producer<String, Observation> producer() {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "weather-replay");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        return new KafkaProducer<>(properties, new StringSerializer(), values.serializer());
    }

    /** The last day of each city that is in the topic. */
    private Map<String, String> written() {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put("enable.auto.commit", false);
        Map<String, String> last = new HashMap<>();
        try (Consumer<String, Observation> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), values.deserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(WeatherTopic.DAILY.topic(), PATIENCE).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
            consumer.assign(partitions);
            ends.forEach((partition, end) -> consumer.seek(partition, Math.max(0, end - BACK)));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (isBehind(consumer, ends)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(
                            "the end of " + WeatherTopic.DAILY.topic() + " cannot be read");
                }
                for (ConsumerRecord<String, Observation> each :
                        consumer.poll(Duration.ofMillis(100))) {
                    last.merge(
                            each.key(),
                            each.value().observedOn(),
                            (one, other) -> one.compareTo(other) > 0 ? one : other);
                }
            }
        }
        return last;
    }

    private static boolean isBehind(
            Consumer<String, Observation> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue());
    }
}
