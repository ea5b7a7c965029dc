package naru.quorum;

import static naru.quorum.QuorumFixture.await;
import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.createTopic;
import static naru.quorum.QuorumFixture.openAndRegister;
import static naru.quorum.QuorumFixture.options;
import static naru.quorum.QuorumFixture.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;

final class RestartTest {
    @TempDir Path temporary;

    @Test
    void cleanRestartKeepsTopicsAndLeads() {
        Path folder = temporary.resolve("data");
        String clusterId;
        long epoch;
        try (KraftQuorum quorum = openAndRegister(options(folder))) {
            clusterId = quorum.clusterId();
            epoch = quorum.brokerEpoch();
            createTopic(quorum, "orders", 2);
            await(quorum.controlledShutdown());
        }

        try (KraftQuorum quorum = KraftQuorum.open(options(folder))) {
            await(
                    quorum.register(
                            List.of(QuorumFixture.BROKER),
                            List.copyOf(quorum.directoryIds().values()),
                            epoch));

            assertThat(quorum.clusterId()).isEqualTo(clusterId);
            assertThat(quorum.brokerEpoch()).isGreaterThan(epoch);
            awaitUntil(() -> partition(quorum, "orders", 1).leader() == QuorumFixture.NODE_ID);
        }
    }

    @Test
    void killedNodeComesBackWithItsTopicsAndLeads() throws IOException {
        Path folder = temporary.resolve("data");
        Path copy = temporary.resolve("copy");
        try (KraftQuorum quorum = openAndRegister(options(folder))) {
            createTopic(quorum, "orders", 2);
            copy(folder, copy);
        }

        try (KraftQuorum quorum = openAndRegister(options(copy))) {
            awaitUntil(() -> partition(quorum, "orders", 1).leader() == QuorumFixture.NODE_ID);
            assertThat(partition(quorum, "orders", 1).inSyncReplicas())
                    .containsExactly(QuorumFixture.NODE_ID);
            assertThat(createTopic(quorum, "returns", 1).topics().find("returns").errorCode())
                    .isZero();
        }
    }

    @Test
    void killedNodeRegistersWithoutWaitingForItsFormerSession() throws IOException {
        Path folder = temporary.resolve("data");
        Path copy = temporary.resolve("copy");
        try (KraftQuorum quorum = openAndRegister(options(folder))) {
            assertThat(quorum.brokerEpoch()).isNotNegative();
            copy(folder, copy);
        }
        var endlessSession = Map.of("broker.session.timeout.ms", "3600000");

        try (KraftQuorum quorum = openAndRegister(options(copy, null, endlessSession))) {
            assertThat(quorum.image().broker(QuorumFixture.NODE_ID)).isNotNull();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(directory)));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.copy(file, to.resolve(from.relativize(file)));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
