package naru.quorum;

import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.createTopic;
import static naru.quorum.QuorumFixture.openAndRegister;
import static naru.quorum.QuorumFixture.options;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

final class SnapshotTest {
    private static final int TOPICS = 20;
    private static final Map<String, String> OFTEN =
            Map.of("metadata.log.max.record.bytes.between.snapshots", "100");

    @TempDir Path folder;

    @Test
    void snapshotsAreWrittenAndLoadedAgain() {
        try (KraftQuorum quorum = openAndRegister(options(folder, null, OFTEN))) {
            for (int number = 0; number < TOPICS; number++) {
                createTopic(quorum, "topic-" + number, 1);
            }
            awaitUntil(() -> quorum.image().topicCount() == TOPICS && snapshots() > 1);
        }

        try (KraftQuorum quorum = openAndRegister(options(folder, null, OFTEN))) {
            assertThat(quorum.image().topicCount()).isEqualTo(TOPICS);
            assertThat(quorum.image().topics())
                    .extracting(ClusterImage.Topic::name)
                    .isSorted()
                    .contains("topic-0");
        }
    }

    private long snapshots() {
        try (Stream<Path> files = Files.list(folder.resolve("__cluster_metadata-0"))) {
            return files.filter(file -> file.toString().endsWith(".checkpoint")).count();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }
}
