package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * An idempotent producer that goes on writing while brokers are killed and exchanged under it.
 *
 * <p>Threads: one of its own until it is closed.
 */
final class LiveWriter implements AutoCloseable {
    private static final int MOST_UNDER_WAY = 100;
    private static final long PAUSE_NANOS = 1_000_000;

    private final JavaClients clients;
    private final String topic;
    private final Thread thread;
    private volatile boolean ending;
    private int sent;

    LiveWriter(JavaClients clients, String topic) {
        this.clients = clients;
        this.topic = topic;
        clients.createTopic(topic, 1);
        this.thread = Thread.ofPlatform().name("live-writer").start(this::write);
    }

    private void write() {
        Deque<Future<RecordMetadata>> underWay = new ArrayDeque<>();
        try (Producer<String, String> producer = clients.producer("linger.ms", "5")) {
            while (!ending) {
                underWay.add(producer.send(new ProducerRecord<>(topic, "key", "" + sent)));
                sent++;
                LockSupport.parkNanos(PAUSE_NANOS);
                if (underWay.size() > MOST_UNDER_WAY) {
                    JavaClients.await(underWay.remove());
                }
            }
            underWay.forEach(JavaClients::await);
        }
    }

    /** Ends writing; every record is there, once and in its order. */
    void finishAndVerify() {
        close();
        assertThat(clients.readAll(topic))
                .isEqualTo(IntStream.range(0, sent).mapToObj(Integer::toString).toList());
    }

    @Override
    public void close() {
        ending = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
