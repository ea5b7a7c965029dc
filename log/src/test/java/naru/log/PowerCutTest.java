package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.LogFixture.Seen;
import naru.log.checkpoint.CleanShutdownFile;
import naru.log.checkpoint.OffsetCheckpoint;
import naru.log.disk.Disk;
import naru.log.disk.LocalDisk;
import naru.log.epoch.LeaderEpochs;
import naru.log.producer.AppendTerms;
import naru.log.segment.SegmentFiles;

import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a power cut does to files that were not synced, one case at a time. */
class PowerCutTest {
    private static final int SECTOR_BYTES = 512;
    private static final int RECORDS = 100;

    @TempDir Path folder;

    private final List<String> calls = new ArrayList<>();

    /** The real disk, which notes what is deleted and which folders are forced. */
    private Disk noting() {
        LocalDisk real = new LocalDisk();
        return (Disk)
                Proxy.newProxyInstance(
                        Disk.class.getClassLoader(),
                        new Class<?>[] {Disk.class},
                        (proxy, method, arguments) -> {
                            if (arguments != null && arguments[0] instanceof Path path) {
                                calls.add(method.getName() + " " + path.getFileName());
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException refused) {
                                throw refused.getCause();
                            }
                        });
    }

    private static List<Seen> fill(LogFixture fixture) {
        List<Seen> written = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            String value = "value " + i;
            written.add(new Seen(fixture.append(value).baseOffset(), value));
        }
        return written;
    }

    @Test
    void logEndsWhereASectorNeverReachedTheDisk() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        List<Seen> written = fill(fixture);
        fixture.kill();
        Path file = fixture.partitionFolder().resolve(SegmentFiles.name(0, SegmentFiles.LOG));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(4 * SECTOR_BYTES);
            bytes.write(new byte[SECTOR_BYTES]);
        }
        fixture.reopen();

        int end = (int) fixture.log().logEndOffset();
        assertThat(end).isPositive().isLessThan(RECORDS);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written.subList(0, end));
        assertThat(fixture.log().damagedBatches()).isZero();
        assertThat(fixture.append("next").baseOffset()).isEqualTo(end);
    }

    @Test
    void segmentsBehindALostSectorGoWithIt() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(3_000));
        List<Seen> written = fill(fixture);
        assertThat(fixture.segmentFiles()).hasSizeGreaterThan(2);
        fixture.kill();
        Path file = fixture.partitionFolder().resolve(SegmentFiles.name(0, SegmentFiles.LOG));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(2 * SECTOR_BYTES);
            bytes.write(new byte[SECTOR_BYTES]);
        }
        fixture.reopen();

        int end = (int) fixture.log().logEndOffset();
        assertThat(fixture.segmentFiles()).containsExactly(0L);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written.subList(0, end));
    }

    /** Which has zeros for its offset then, and no CRC that says so. */
    @Test
    void batchWhoseOffsetWasLostIsNone() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        int length = 1;
        while (batch(fixture, length).remaining() < SECTOR_BYTES - Long.BYTES) {
            length++;
        }
        fixture.append(batch(fixture, length));
        fill(fixture);
        fixture.kill();
        Path file = fixture.partitionFolder().resolve(SegmentFiles.name(0, SegmentFiles.LOG));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(SECTOR_BYTES - Long.BYTES);
            assertThat(bytes.readLong()).isEqualTo(1);
            bytes.seek(0);
            bytes.write(new byte[SECTOR_BYTES]);
        }
        fixture.reopen();

        assertThat(fixture.log().logEndOffset()).isZero();
        assertThat(fixture.readAll(0, 1 << 20)).isEmpty();
    }

    private static ByteBuffer batch(LogFixture fixture, int length) {
        return Batches.of(fixture.clock.millis(), "x".repeat(length));
    }

    /** Who cannot get the records elsewhere keeps all that there is. */
    @Test
    void replicaThatFollowsCutsWhatStandsBehindAHole() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(3_000));
        List<Seen> written = fill(fixture);
        fixture.kill();
        Path file = fixture.partitionFolder().resolve(SegmentFiles.name(0, SegmentFiles.LOG));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(1_000);
        }
        fixture.reopen();
        assertThat(fixture.log().logEndOffset()).isEqualTo(RECORDS);

        fixture.log().cutAtHole();

        int end = (int) fixture.log().logEndOffset();
        assertThat(end).isPositive().isLessThan(30);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written.subList(0, end));
    }

    @Test
    void highWatermarkIsNotAboveAHole() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(3_000));
        fill(fixture);
        fixture.clock.advance(100_000);
        fixture.directory().runBackground();
        fixture.kill();
        Files.delete(folder.resolve(OffsetCheckpoint.RECOVERY_POINT));
        Path file = fixture.partitionFolder().resolve(SegmentFiles.name(0, SegmentFiles.LOG));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(1_000);
        }
        fixture.reopen();
        long committed = fixture.log().highWatermark();
        assertThat(committed).isPositive().isLessThan(30);

        fixture.log().cutAtHole();

        assertThat(fixture.log().highWatermark()).isEqualTo(committed);
        assertThat(fixture.log().logEndOffset()).isEqualTo(committed);
    }

    @Test
    void leaderKeepsWhatStandsBehindAHole() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfigs.withSegmentBytes(3_000));
        fill(fixture);
        fixture.kill();
        Path file = fixture.partitionFolder().resolve(SegmentFiles.name(0, SegmentFiles.LOG));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(1_000);
        }
        fixture.reopen();

        fixture.log().keepHole();
        fixture.log().cutAtHole();

        assertThat(fixture.log().logEndOffset()).isEqualTo(RECORDS);
    }

    @Test
    void abortedTransactionsGoWithRecordsThatWereLost() throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        Keyed.Writer writer = new Keyed.Writer(7, (short) 0, 0, true);
        for (int i = 0; i < 5; i++) {
            fixture.append("record");
        }
        abort(fixture, writer);
        fixture.kill();
        Path file = fixture.partitionFolder().resolve(SegmentFiles.name(0, SegmentFiles.LOG));
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(0);
        }
        fixture.reopen();
        assertThat(fixture.log().logEndOffset()).isZero();

        abort(fixture, writer);

        assertThat(fixture.log().abortedTransactions(0, 10)).hasSize(1);
    }

    private static void abort(LogFixture fixture, Keyed.Writer writer) {
        fixture.append(
                Keyed.batch(CompressionType.NONE, writer, List.of(Keyed.of("key", "value", 1))));
        fixture.log()
                .appendAsLeader(
                        Keyed.marker(writer, true, 2),
                        0,
                        Origin.COORDINATOR,
                        AppendTerms.marker((short) 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 30})
    void leaderEpochsThatWereLostAreReadFromTheRecords(int zeros) throws IOException {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS);
        fill(fixture);
        fixture.log().flush();
        fixture.directory().runBackground();
        fixture.kill();
        Files.write(fixture.partitionFolder().resolve(LeaderEpochs.FILE_NAME), new byte[zeros]);
        fixture.reopen();

        assertThat(fixture.directory().offline()).isEmpty();
        assertThat(fixture.log().epochFor(0)).contains(0);
        assertThat(fixture.log().logEndOffset()).isEqualTo(RECORDS);
    }

    @Test
    void markOfACleanStopIsForcedAway() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS, noting());
        fixture.append("record");
        calls.clear();
        fixture.reopenCleanly();

        String folderForced = "forceFolder " + folder.getFileName();
        int taken = calls.lastIndexOf("delete " + CleanShutdownFile.NAME);
        assertThat(taken).isNotNegative();
        assertThat(calls.get(taken + 1)).isEqualTo(folderForced);
    }

    @Test
    void namesThatAKilledProcessMadeAreForcedWithTheNextSync() {
        LogFixture fixture = new LogFixture(folder, LogConfig.DEFAULTS, noting());
        fixture.append("record");
        fixture.reopenAfterKill();
        calls.clear();
        fixture.log().flush();

        assertThat(calls)
                .contains(
                        "forceFolder " + LogFixture.PARTITION,
                        "forceFolder " + folder.getFileName());
    }
}
