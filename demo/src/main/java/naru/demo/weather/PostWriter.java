package naru.demo.weather;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * Reads observations and writes posts about them: an ordinary consumer with an ordinary producer.
 * Offsets are committed when the posts are acknowledged, so after a crash some posts are there
 * twice, with the same ids.
 *
 * <p>Threads: {@link #run} has one of its own; {@link #stop} may be called by any.
 */
public final class PostWriter implements Runnable {
    /** Its consumer group. */
    public static final String GROUP = "weather-posts";

    private final Serde<Post> posts;
    private final Map<String, Object> clients;
    private final Consumer<String, Observation> consumer;

    /**
     * @param clients properties by which Kafka's clients reach the cluster
     */
    public PostWriter(
            Map<String, Object> clients, Serde<Observation> observations, Serde<Post> posts) {
        this.clients = clients;
        this.posts = posts;
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.consumer =
                new KafkaConsumer<>(
                        properties, new StringDeserializer(), observations.deserializer());
    }

    public void stop() {
        consumer.wakeup();
    }

    @Override
    public void run() {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, GROUP);
        try (consumer;
                Producer<String, Post> producer =
                        new KafkaProducer<>(
                                properties, new StringSerializer(), posts.serializer())) {
            consumer.subscribe(List.of(WeatherTopic.DAILY.topic()));
            while (!Thread.currentThread().isInterrupted()) {
                ConsumerRecords<String, Observation> days = consumer.poll(Duration.ofSeconds(1));
                if (!days.isEmpty()) {
                    write(days, producer);
                    consumer.commitSync();
                }
            }
        } catch (WakeupException stopped) {
            // stop() was called.
            return;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(
            ConsumerRecords<String, Observation> days, Producer<String, Post> producer)
            throws InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (ConsumerRecord<String, Observation> day : days) {
            for (Post post : PostWords.about(day.value())) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        WeatherTopic.POSTS.topic(),
                                        null,
                                        post.time().toEpochMilli(),
                                        post.city(),
                                        post)));
            }
        }
        producer.flush();
        for (Future<RecordMetadata> each : sent) {
            try {
                each.get();
            } catch (ExecutionException refused) {
                throw new IllegalStateException(
                        "a post could not be written: " + refused.getCause(), refused);
            }
        }
    }
}
