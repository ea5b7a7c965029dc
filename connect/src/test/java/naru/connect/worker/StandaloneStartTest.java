package naru.connect.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.connect.ConnectSettings;
import naru.junit.Naru;

import org.apache.kafka.connect.errors.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A worker with connectors of files, beside a node in this JVM. */
class StandaloneStartTest {
    @TempDir private Path folder;

    @Test
    void aStartThatFailsLeavesNoConnectorRunning() throws IOException {
        try (Naru node = Naru.start()) {
            Path good = folder.resolve("good.properties");
            Files.writeString(
                    good,
                    """
                    name=lonely
                    connector.class=naru.connect.TickingConnector
                    tasks.max=1
                    """);
            Path bad = folder.resolve("bad.properties");
            Files.writeString(bad, "name=bad\nconnector.class=NoSuchConnector\n");
            ConnectSettings settings =
                    new ConnectSettings(
                            Map.of(),
                            Map.of("bootstrap.servers", node.bootstrapServers()),
                            List.of(good, bad),
                            ConnectSettings.RestartRule.DEFAULT,
                            URI.create("http://127.0.0.1:8083"),
                            null,
                            folder.resolve("offsets"),
                            null,
                            null,
                            "1");
            assertThatThrownBy(() -> HostedWorker.start(settings, status -> {}))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("bad.properties");
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.contains("-thread-lonely"));
        }
    }
}
