package naru.connect.worker;

import static org.assertj.core.api.Assertions.assertThat;

import naru.connect.ConnectSettings;
import naru.connect.TestSettings;
import naru.junit.Naru;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A worker with connectors of files, beside a node in this JVM. */
class StandaloneStartTest {
    private static final String TASK = "task-thread-";
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    void aConnectorThatIsRefusedKeepsNoOtherBackAndIsMadeLater() throws IOException {
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
                    TestSettings.of(
                            node.bootstrapServers(),
                            folder,
                            List.of(good, bad),
                            new ConnectSettings.RestartRule(1, 200, 200, 1_000));
            try (HostedWorker worker = HostedWorker.start(settings, status -> {})) {
                await(() -> running().contains("lonely"));
                assertThat(worker.herder().connectors()).containsExactly("lonely");
                Files.writeString(
                        bad, "name=mended\nconnector.class=naru.connect.TickingConnector\n");
                await(() -> running().contains("mended"));
            }
            await(() -> !running().contains("lonely") && !running().contains("mended"));
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Names of connectors of whose tasks a thread is there. */
    private static Set<String> running() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(TASK))
                .map(name -> name.substring(TASK.length(), name.lastIndexOf('-')))
                .collect(Collectors.toSet());
    }
}
