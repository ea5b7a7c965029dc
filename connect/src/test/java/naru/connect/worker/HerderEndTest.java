package naru.connect.worker;

import static org.assertj.core.api.Assertions.assertThat;

import naru.connect.ConnectSettings;
import naru.connect.TestSettings;
import naru.junit.Naru;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Kafka's herder ends the process when it fails; here it ends itself. */
class HerderEndTest {
    @TempDir private Path folder;

    @Test
    void aHerderThatFailsEndsAloneAndItsOwnerIsTold() throws Exception {
        try (Naru node = Naru.start()) {
            Map<String, Object> client = Map.of("bootstrap.servers", node.bootstrapServers());
            try (Admin admin = Admin.create(client)) {
                // Kafka's herder refuses a topic for configurations that forgets them.
                NewTopic topic =
                        new NewTopic("connect-configs", 1, (short) 1)
                                .configs(Map.of("cleanup.policy", "delete"));
                admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
            }
            ConnectSettings settings = TestSettings.of(node.bootstrapServers(), folder);
            AtomicBoolean processEnded = new AtomicBoolean();
            CountDownLatch told = new CountDownLatch(1);
            try (HostedWorker worker =
                    HostedWorker.start(settings, status -> processEnded.set(true))) {
                worker.onEnd(told::countDown);
                assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
                assertThat(processEnded).isFalse();
            }
        }
    }
}
