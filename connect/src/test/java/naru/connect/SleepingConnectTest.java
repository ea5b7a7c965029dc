package naru.connect;

import static org.assertj.core.api.Assertions.assertThat;

import naru.http.Login;
import naru.junit.Naru;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A worker that nobody asks, beside another to which somebody gives connectors. */
class SleepingConnectTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    void wakesWhenAnotherWorkerWasGivenConnectors() throws Exception {
        try (Naru node = Naru.start();
                ConnectService service =
                        new ConnectService(
                                TestSettings.of(node.bootstrapServers(), folder),
                                Login.OPEN,
                                status -> {},
                                Duration.ofMillis(100))) {
            service.wakeWhereConnectorsAre();
            // Nothing of another test is left, and nothing was woken.
            await(() -> !isAwake());
            configure(Map.of("bootstrap.servers", node.bootstrapServers()));
            await(SleepingConnectTest::isAwake);
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    /** As another worker would: the topic of configurations, and something in it. */
    private static void configure(Map<String, Object> client) throws Exception {
        try (Admin admin = Admin.create(client);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(
                                client, new StringSerializer(), new StringSerializer())) {
            NewTopic topic =
                    new NewTopic("connect-configs", 1, (short) 1)
                            .configs(Map.of("cleanup.policy", "compact"));
            admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
            producer.send(new ProducerRecord<>("connect-configs", "unknown", "{}"))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static boolean isAwake() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("HostedHerder"));
    }
}
