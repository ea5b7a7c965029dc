package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.LogFixture.Seen;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What is appended is read, before and after the log is opened anew. */
class PartitionLogTest {
    @TempDir Path folder;

    private static List<Seen> write(LogFixture fixture, int from, int count) {
        List<Seen> written = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            String value = "value-" + i + "-" + "x".repeat(i % 97);
            long offset = fixture.append(value).baseOffset();
            written.add(new Seen(offset, value));
        }
        return written;
    }

    @Test
    void whatIsAppendedIsRead() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        List<Seen> written = write(fixture, 0, 500);
        assertThat(fixture.readAll(0, 1000)).isEqualTo(written);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        assertThat(fixture.readAll(250, 100)).isEqualTo(written.subList(250, 500));
    }

    @Test
    void cleanRestartFindsEverything() {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(10_000));
        List<Seen> written = new ArrayList<>(write(fixture, 0, 500));
        fixture.reopenCleanly();
        assertThat(fixture.log().logEndOffset()).isEqualTo(500);
        assertThat(fixture.readAll(0, 1000)).isEqualTo(written);
        written.addAll(write(fixture, 500, 300));
        fixture.reopenCleanly();
        assertThat(fixture.readAll(0, 3000)).isEqualTo(written);
        assertThat(fixture.log().highWatermark()).isEqualTo(800);
    }

    @Test
    void killedProcessLosesNothingThatWasWritten() {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(20_000));
        List<Seen> written = new ArrayList<>(write(fixture, 0, 500));
        fixture.reopenAfterKill();
        assertThat(fixture.log().logEndOffset()).isEqualTo(500);
        assertThat(fixture.readAll(0, 1000)).isEqualTo(written);
        written.addAll(write(fixture, 500, 300));
        fixture.directory().runBackground();
        fixture.reopenAfterKill();
        assertThat(fixture.readAll(0, 3000)).isEqualTo(written);
    }
}
