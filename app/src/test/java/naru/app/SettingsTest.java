package naru.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class SettingsTest {
    @TempDir Path folder;

    @Test
    void laterWins() throws IOException {
        Path file = folder.resolve("server.properties");
        Files.writeString(file, "log.dir=/old\nnum.partitions=3 \nnode.id=1\n");

        Map<String, String> settings =
                Settings.read(file, Map.of("num.partitions", "6"), Path.of("data"));

        assertThat(settings)
                .containsOnly(
                        Map.entry("num.partitions", "6"),
                        Map.entry("node.id", "1"),
                        Map.entry("log.dirs", "data"));
    }

    @Test
    void dataFolderDefaultsToTheWorkingDirectory() {
        assertThat(Settings.read(null, Map.of(), null)).containsEntry("log.dirs", "naru-data");
    }

    @Test
    void dataFolderOfTheFileIsKept() {
        assertThat(Settings.read(null, Map.of("log.dir", "/data"), null))
                .doesNotContainKey("log.dirs");
    }

    @Test
    void missingFileIsToldByName() {
        assertThatThrownBy(() -> Settings.read(folder.resolve("none"), Map.of(), null))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("none (--config)");
    }
}
