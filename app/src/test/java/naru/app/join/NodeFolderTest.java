package naru.app.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;

class NodeFolderTest {
    private static final String CLUSTER = "the-cluster";

    @TempDir Path parent;

    private Path path() {
        return parent.resolve("data");
    }

    private NodeFolder folder() {
        return new NodeFolder(path());
    }

    private Properties written() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path().resolve(NodeFolder.SETTINGS))) {
            properties.load(reader);
        }
        return properties;
    }

    private void refused(String... words) {
        assertThatThrownBy(() -> folder().requireNew(CLUSTER))
                .isInstanceOf(JoinFailure.class)
                .message()
                .contains(words);
    }

    @Test
    void settingsAreReadAsTheyWereWrittenAndByTheirOwnerOnly() throws IOException {
        Map<String, String> settings =
                Map.of("listeners", "SASL_SSL://:9092", "path", "C:\\data", "umlaut", "\u00e4 = #");
        folder().requireNew(CLUSTER);

        folder().write(settings);

        assertThat(written()).isEqualTo(settings);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(path().resolve(NodeFolder.SETTINGS))))
                .isEqualTo("rw-------");
    }

    @Test
    void voterIsNotToldToBecomeOneAgain() throws IOException {
        folder().requireNew(CLUSTER);
        assertThat(folder().isToVote()).isFalse();
        folder().write(Map.of("controller.quorum.auto.join.enable", "true", "node.id", "2"));
        assertThat(folder().isToVote()).isTrue();

        folder().joinNoMore();

        assertThat(written()).isEqualTo(Map.of("node.id", "2"));
        assertThat(folder().isToVote()).isFalse();
    }

    @Test
    void whatAnInterruptedJoinLeftIsNoObstacle() throws IOException {
        Files.createDirectories(path().resolve("security-making"));
        Files.writeString(path().resolve("security-server.p12"), "");

        assertThatCode(() -> folder().requireNew(CLUSTER)).doesNotThrowAnyException();
    }

    @Test
    void preparedFolderIsToBeStarted() {
        folder().requireNew(CLUSTER);
        folder().write(Map.of("naru.cluster.id", CLUSTER));

        refused("interrupted", "naru start --data");
    }

    @Test
    void folderPreparedForAnotherClusterIsLeftAlone() {
        folder().requireNew(CLUSTER);
        folder().write(Map.of("naru.cluster.id", "another"));

        refused("another", "--data DIR");
    }

    @Test
    void folderOfANodeIsLeftAlone() throws IOException {
        Files.createDirectories(path());
        Files.writeString(path().resolve("meta.properties"), "cluster.id=another\nnode.id=4\n");
        refused("node 4 of another cluster");

        Files.writeString(
                path().resolve("meta.properties"), "cluster.id=" + CLUSTER + "\nnode.id=4\n");
        refused("node 4 of this cluster already", "naru start --data");
    }

    @Test
    void folderOfSomebodyElseIsLeftAlone() throws IOException {
        Files.createDirectories(path());
        Files.writeString(path().resolve("letter.txt"), "dear");

        refused("not empty");
    }
}
