package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

import java.time.Duration;
import java.util.List;

/** A client of good manners that must be served whatever others do to the broker. */
final class Canary implements AutoCloseable {
    /** Half a second is what is promised on a quiet machine. */
    private static final Duration BOUND = Duration.ofSeconds(5);

    private static final String TOPIC = "canary";

    private final JavaClients clients;
    private final Producer<String, String> producer;
    private final Consumer<String, String> consumer;
    private int songs;

    Canary(JavaClients clients) {
        this.clients = clients;
        clients.createTopic(TOPIC, 1);
        this.producer = clients.producer();
        this.consumer = clients.consumer();
        consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
        JavaClients.await(producer.send(new ProducerRecord<>(TOPIC, "song " + songs++)));
        JavaClients.poll(consumer, 1);
    }

    /** Writes one record, acknowledged by all, and reads it back. */
    void sing() {
        String song = "song " + songs;
        long begin = System.nanoTime();
        assertThat(JavaClients.await(producer.send(new ProducerRecord<>(TOPIC, song))).offset())
                .isEqualTo(songs++);
        assertThat(JavaClients.poll(consumer, 1))
                .singleElement()
                .satisfies(heard -> assertThat(heard.value()).isEqualTo(song));
        Duration taken = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(taken).isLessThan(BOUND);
    }

    void everySongIsHeardOnceInOrder() {
        List<String> heard = clients.readAll(TOPIC);
        assertThat(heard).hasSize(songs);
        for (int i = 0; i < songs; i++) {
            assertThat(heard.get(i)).isEqualTo("song " + i);
        }
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
