package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.LogFixture.Seen;
import naru.log.disk.FaultyDisk;
import naru.log.segment.SegmentFiles;

import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** With {@code naru.ack=fsync} zeros stand ahead of a segment's end, and nobody sees them. */
class ReservedBytesTest {
    @TempDir Path folder;

    private static LogConfig durable(int segmentBytes) {
        return LogConfigs.with(LogConfigs.withSegmentBytes(segmentBytes), "ackFsync", true);
    }

    private static long fileBytes(LogFixture fixture, long baseOffset) throws IOException {
        Path file = SegmentFiles.path(fixture.partitionFolder(), baseOffset, SegmentFiles.LOG);
        return Files.size(file);
    }

    private static List<Seen> write(LogFixture fixture, int count) {
        List<Seen> written = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String value = "value-" + i + "x".repeat(i);
            written.add(new Seen(fixture.append(value).baseOffset(), value));
        }
        return written;
    }

    @Test
    void appendingDoesNotChangeTheSizeOfTheFile() throws IOException {
        LogFixture fixture = new LogFixture(folder, durable(1 << 20));
        fixture.append("first");
        long before = fileBytes(fixture, 0);
        assertThat(before).isGreaterThan(100_000);
        List<Seen> written = new ArrayList<>(fixture.readAll(0, 1 << 20));
        written.addAll(write(fixture, 100));
        assertThat(fileBytes(fixture, 0)).isEqualTo(before);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
    }

    @Test
    void aKilledProcessLeavesZerosThatAreNoDamage() throws IOException {
        LogFixture fixture = new LogFixture(folder, durable(1 << 20));
        List<Seen> written = new ArrayList<>(write(fixture, 50));
        long used = fixture.log().sizeBytes();
        fixture.reopenAfterKill();
        assertThat(fixture.log().logEndOffset()).isEqualTo(50);
        assertThat(fixture.log().damagedBatches()).isZero();
        assertThat(fileBytes(fixture, 0)).isEqualTo(used);
        written.add(new Seen(fixture.append("goes on").baseOffset(), "goes on"));
        fixture.reopenAfterKill();
        assertThat(fixture.readAll(0, 1000)).isEqualTo(written);
    }

    @Test
    void sealedAndClosedSegmentsEndWithTheirLastBatch() throws IOException {
        LogFixture fixture = new LogFixture(folder, durable(2000));
        List<Seen> written = write(fixture, 60);
        fixture.directory().close();
        long records = 0;
        try (var files = Files.list(fixture.partitionFolder())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                long bytes = 0;
                try (FileRecords kafkas = FileRecords.open(file.toFile())) {
                    for (RecordBatch batch : kafkas.batches()) {
                        batch.ensureValid();
                        bytes += batch.sizeInBytes();
                        records += batch.countOrNull();
                    }
                }
                assertThat(Files.size(file)).as(file.toString()).isEqualTo(bytes);
            }
        }
        assertThat(records).isEqualTo(60);
        fixture.reopen();
        assertThat(fixture.readAll(0, 700)).isEqualTo(written);
    }

    @Test
    void aDiskWithoutRoomForZerosStillTakesTheRecords() {
        FaultyDisk disk = new FaultyDisk();
        LogFixture fixture = new LogFixture(folder, durable(1 << 20), disk);
        disk.fullAfter(150_000);
        fixture.append("first");
        disk.hasRoomAgain();
        List<Seen> written = new ArrayList<>(fixture.readAll(0, 1 << 20));
        written.addAll(write(fixture, 20));
        fixture.reopenAfterKill();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
    }
}
