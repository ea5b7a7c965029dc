package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.testkit.NaruProcess;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Runs what the documents show on a fresh node. */
class DocumentedExamplesIT {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/cli.md", "docs/queues.md"})
    void commandsPrintWhatIsShown(String document) throws IOException {
        assumeTrue(Target.chosen() == Target.NARU);
        ForeignClient.KCAT.require();
        ForeignClient.KAFKA_PYTHON.require();
        try (NaruProcess node = NaruProcess.on(folder.resolve("naru-data"), Map.of(), Map.of())) {
            node.restart();
            assertThat(
                            new DocumentedExamples(document, folder, node.bootstrap(), Map.of())
                                    .verify())
                    .isGreaterThan(5);
        }
    }
}
