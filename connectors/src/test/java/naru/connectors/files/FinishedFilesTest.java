package naru.connectors.files;

import static org.assertj.core.api.Assertions.assertThat;

import naru.connectors.SourceRun;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** What becomes of files that were read to their end. */
class FinishedFilesTest {
    @TempDir private Path folder;

    private SourceRun source(String... settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("path", folder.toString());
        properties.put("topic", "t");
        properties.put("settle.ms", "0");
        properties.put("poll.interval.ms", "10");
        for (int index = 0; index < settings.length; index += 2) {
            properties.put(settings[index], settings[index + 1]);
        }
        return new SourceRun(FileSourceTask::new, properties);
    }

    private static void pollUntil(SourceRun run, BooleanSupplier condition)
            throws InterruptedException {
        for (int tries = 0; tries < 1_000 && !condition.getAsBoolean(); tries++) {
            run.poll();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void nothingIsDeletedBeforeAnythingWasConfirmedAsInADryRun() throws Exception {
        Path empty = folder.resolve("empty.txt");
        Files.writeString(empty, "");
        try (SourceRun run = source("finished", "delete")) {
            for (int polls = 0; polls < 5; polls++) {
                run.poll();
            }
            assertThat(empty).exists();
            Files.writeString(folder.resolve("x.txt"), "1\n");
            run.read(1);
            pollUntil(run, () -> !Files.exists(empty));
        }
    }

    @Test
    void aMovedFileTakesNoOthersPlace() throws Exception {
        Path done = folder.resolve("done");
        Path file = folder.resolve("day.txt");
        try (SourceRun run = source("finished", "move", "finished.folder", done.toString())) {
            for (String content : new String[] {"monday\n", "tuesday\n"}) {
                Files.writeString(file, content);
                run.read(1);
                pollUntil(run, () -> !Files.exists(file));
            }
        }
        assertThat(done.resolve("day.txt")).hasContent("monday\n");
        assertThat(done.resolve("day.txt.1")).hasContent("tuesday\n");
    }
}
