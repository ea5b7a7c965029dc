package naru.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.log.AppendOutcome.Appended;
import naru.log.AppendOutcome.Refused;
import naru.log.LogFixture.Seen;
import naru.log.disk.FaultyDisk;
import naru.log.producer.AppendTerms;
import naru.log.segment.SegmentFiles;

import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What becomes of a log's cut when the power or the disk fails before it is synced. */
class CutTest {
    private static final int RECORDS = 20;
    private static final int CUT = 12;

    @TempDir Path folder;
    private final FaultyDisk disk = new FaultyDisk();

    private LogFixture fixture() {
        return new LogFixture(folder, LogConfig.DEFAULTS, disk);
    }

    private static List<Seen> append(LogFixture fixture, String what, int records) {
        List<Seen> written = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            String value = what + i;
            written.add(new Seen(fixture.append(value).baseOffset(), value));
        }
        return written;
    }

    private static Path file(LogFixture fixture, long base) {
        return fixture.partitionFolder().resolve(SegmentFiles.name(base, SegmentFiles.LOG));
    }

    @Test
    void whatIsAppendedAfterACutIsNotMixedWithWhatComesBack() throws IOException {
        LogFixture fixture = fixture();
        List<Seen> expected = new ArrayList<>(append(fixture, "old", RECORDS).subList(0, CUT));
        byte[] uncut = Files.readAllBytes(file(fixture, 0));
        fixture.log().flush();
        fixture.directory().runBackground();

        fixture.log().truncateTo(CUT);
        expected.addAll(append(fixture, "new", 3));
        fixture.kill();
        Files.write(file(fixture, 0), uncut);
        fixture.reopen();

        assertThat(fixture.segmentFiles()).containsExactly(0L, (long) CUT);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(expected);
        assertThat(fixture.log().damagedBatches()).isZero();
    }

    @Test
    void cutThatLeavesNothingInAFileTakesTheFile() throws IOException {
        LogFixture fixture = fixture();
        append(fixture, "old", RECORDS);
        Object before = Files.getAttribute(file(fixture, 0), "unix:ino");

        fixture.log().truncateTo(0);
        List<Seen> expected = append(fixture, "new", 3);

        assertThat(Files.getAttribute(file(fixture, 0), "unix:ino")).isNotEqualTo(before);
        fixture.reopenAfterKill();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(expected);
    }

    @Test
    void highWatermarkOnTheDiskStaysBelowWhatMayComeBack() throws IOException {
        LogFixture fixture = fixture();
        append(fixture, "old", RECORDS);
        byte[] uncut = Files.readAllBytes(file(fixture, 0));
        fixture.clock.advance(100_000);
        fixture.directory().runBackground();

        fixture.log().truncateTo(CUT);
        append(fixture, "new", 3);
        assertThat(fixture.log().lastingHighWatermark()).isEqualTo(CUT);
        fixture.kill();
        Files.delete(file(fixture, CUT));
        Files.write(file(fixture, 0), uncut);
        fixture.reopen();

        assertThat(fixture.log().logEndOffset()).isEqualTo(RECORDS);
        assertThat(fixture.log().highWatermark()).isEqualTo(CUT);
    }

    @Test
    void syncedCutLastsAndTheHighWatermarkWithIt() {
        LogFixture fixture = fixture();
        append(fixture, "old", RECORDS);
        fixture.log().truncateTo(CUT);
        append(fixture, "new", 3);
        assertThat(fixture.log().durableOffset()).isLessThan(CUT);

        fixture.directory().runBackground();

        assertThat(fixture.log().durableOffset()).isEqualTo(CUT + 3);
        assertThat(fixture.log().lastingHighWatermark()).isEqualTo(CUT + 3);
    }

    @Test
    void cutThatTheDiskBreaksOffIsDoneBeforeTheNextAppend() {
        LogFixture fixture = fixture();
        Keyed.Writer writer = new Keyed.Writer(7, (short) 0, 0, true);
        fixture.append(
                Keyed.batch(
                        CompressionType.NONE,
                        writer,
                        List.of(Keyed.of("key", "value", fixture.clock.millis()))));
        AppendOutcome marker =
                fixture.log()
                        .appendAsLeader(
                                Keyed.marker(writer, true, fixture.clock.millis()),
                                0,
                                Origin.COORDINATOR,
                                AppendTerms.marker((short) 0));
        assertThat(marker).isInstanceOf(Appended.class);
        append(fixture, "old", RECORDS);

        disk.breakUnder(fixture.partitionFolder());
        assertThatThrownBy(() -> fixture.log().truncateTo(CUT))
                .isInstanceOf(LogStorageException.class);

        assertThat(fixture.log().logEndOffset()).isEqualTo(CUT);
        assertThat(fixture.log().abortedTransactions(0, CUT)).hasSize(1);
        fixture.log().truncateTo(CUT);
        assertThat(tryAppend(fixture)).isInstanceOf(Refused.class);
        disk.breakUnder(null);
        assertThat(fixture.log().heal()).isTrue();
        assertThat(tryAppend(fixture)).isInstanceOf(Appended.class);
        assertThat(fixture.log().logEndOffset()).isEqualTo(CUT + 1);
        assertThat(fixture.log().activeProducers()).hasSize(1);
        List<Seen> seen = fixture.readAll(0, 1 << 20);
        fixture.reopenAfterKill();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(seen).hasSize(CUT);
        assertThat(fixture.log().abortedTransactions(0, CUT)).hasSize(1);
    }

    private static AppendOutcome tryAppend(LogFixture fixture) {
        return fixture.log()
                .appendAsLeader(Batches.of(fixture.clock.millis(), "next"), 0, Origin.CLIENT);
    }
}
