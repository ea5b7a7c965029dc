package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.LogFixture.Seen;
import naru.log.segment.SegmentFiles;
import naru.log.segment.VerifiedRanges;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the disk, a kill or a hand does to the files costs what was hit and nothing else. */
class DamageTest {
    private static final int RECORDS = 300;

    @TempDir Path folder;
    private final List<Seen> written = new ArrayList<>();

    private LogFixture filled(int segmentBytes) {
        LogFixture fixture = new LogFixture(folder, LogConfigs.change(segmentBytes, 512, -1, -1));
        for (int i = 0; i < RECORDS; i++) {
            String value = "value-" + i + "-" + "x".repeat(i % 53);
            written.add(new Seen(fixture.append(value).baseOffset(), value));
        }
        return fixture;
    }

    private Path segment(LogFixture fixture, int index) throws IOException {
        try (var files = Files.list(fixture.partitionFolder())) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith(SegmentFiles.LOG))
                            .sorted()
                            .toList();
            return logs.get(index < 0 ? logs.size() + index : index);
        }
    }

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(position);
            int before = bytes.read();
            bytes.seek(position);
            bytes.write(before ^ 0x10);
        }
    }

    private static void append(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes, java.nio.file.StandardOpenOption.APPEND);
    }

    private List<Seen> without(int index) {
        List<Seen> rest = new ArrayList<>(written);
        rest.remove(index);
        return rest;
    }

    /** Position of the batch with that index, when each batch has one record. */
    private static long positionOf(LogFixture fixture, long offset) {
        ReadOutcome.Found found =
                (ReadOutcome.Found)
                        fixture.log().read(offset, fixture.log().logEndOffset(), 1, true);
        return found.slice().position();
    }

    @Test
    void tornBatchAtTheEndIsCutOff() throws IOException {
        LogFixture fixture = filled(1 << 20);
        fixture.kill();
        Path file = segment(fixture, -1);
        byte[] bytes = Files.readAllBytes(file);
        append(file, java.util.Arrays.copyOf(bytes, 70));
        fixture.reopen();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        assertThat(Files.size(file)).isEqualTo(bytes.length);
        assertThat(fixture.append("next").baseOffset()).isEqualTo(RECORDS);
    }

    @Test
    void zerosAtTheEndAreCutOff() throws IOException {
        LogFixture fixture = filled(1 << 20);
        fixture.kill();
        Path file = segment(fixture, -1);
        long size = Files.size(file);
        append(file, new byte[4096]);
        fixture.reopen();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        assertThat(Files.size(file)).isEqualTo(size);
        assertThat(fixture.log().damagedBatches()).isZero();
    }

    @Test
    void truncatedSegmentLosesItsTail() throws IOException {
        LogFixture fixture = filled(1 << 20);
        long position = positionOf(fixture, 200);
        fixture.kill();
        try (RandomAccessFile file = new RandomAccessFile(segment(fixture, -1).toFile(), "rw")) {
            file.setLength(position + 30);
        }
        fixture.reopen();
        assertThat(fixture.log().logEndOffset()).isEqualTo(200);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written.subList(0, 200));
    }

    @Test
    void truncatedSegmentBeforeOthersLosesOnlyItsTail() throws IOException {
        LogFixture fixture = filled(8000);
        fixture.kill();
        Path file = segment(fixture, 1);
        long base =
                SegmentFiles.offsetOf(segment(fixture, 2).getFileName().toString(), ".log")
                        .orElseThrow();
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(cut.length() - 10);
        }
        fixture.reopen();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(without((int) base - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 9, 11, 16, 18, 22, 25, 30, 58, 70, 80})
    void flippedBitBehindTheRecoveryPointCostsOneBatchAndNoTail(int at) throws IOException {
        LogFixture fixture = filled(1 << 20);
        long position = positionOf(fixture, 150);
        fixture.kill();
        flip(segment(fixture, -1), position + at);
        fixture.reopen();
        assertThat(fixture.log().logEndOffset()).isEqualTo(RECORDS);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(without(150));
        assertThat(fixture.readAll(0, 700)).isEqualTo(without(150));
        assertThat(fixture.log().damagedBatches()).isEqualTo(1);
        assertThat(fixture.append("next").baseOffset()).isEqualTo(RECORDS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 9, 11, 16, 18, 22, 25, 30, 58, 70, 80})
    void flippedBitAfterACleanStopIsServedToNobody(int at) throws IOException {
        LogFixture fixture = filled(8000);
        long position = positionOf(fixture, 5);
        fixture.directory().close();
        flip(segment(fixture, 0), position + at);
        fixture.reopen();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(without(5));
        assertThat(fixture.readAll(5, 300)).isEqualTo(without(5).subList(5, RECORDS - 1));
        assertThat(fixture.log().damagedBatches()).isEqualTo(1);
    }

    @Test
    void sealedSegmentChangedWhileServedIsVerifiedAnew() throws Exception {
        LogFixture fixture = filled(8000);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        Path file = segment(fixture, 0);
        long position = positionOf(fixture, 7);
        flip(file, position + 75);
        Files.setLastModifiedTime(
                file, java.nio.file.attribute.FileTime.fromMillis(LogFixture.START_MILLIS));
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(without(7));
    }

    @Test
    void activeSegmentIsVerifiedAnewAfterAWhile() throws IOException {
        LogFixture fixture = filled(1 << 20);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        flip(segment(fixture, -1), positionOf(fixture, 99) + 75);
        fixture.clock.advance(VerifiedRanges.BELIEVED_MILLIS);
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(without(99));
        assertThat(fixture.readAll(0, 1000)).isEqualTo(without(99));
        assertThat(fixture.append("next").baseOffset()).isEqualTo(RECORDS);
    }

    @Test
    void missingIndexesAreMadeAnew() throws IOException {
        LogFixture fixture = filled(8000);
        fixture.directory().close();
        try (var files = Files.list(fixture.partitionFolder())) {
            for (Path file : files.filter(f -> f.toString().endsWith("index")).toList()) {
                Files.delete(file);
            }
        }
        fixture.reopen();
        assertThat(fixture.readAll(0, 500)).isEqualTo(written);
        assertThat(fixture.log().offsetForTimestamp(0, RECORDS).orElseThrow().offset()).isZero();
    }

    @Test
    void corruptIndexIsMadeAnew() throws IOException {
        LogFixture fixture = filled(8000);
        fixture.directory().close();
        try (var files = Files.list(fixture.partitionFolder())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".index")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int i = 7; i < bytes.length; i += 8) {
                    bytes[i] ^= 0x15;
                }
                Files.write(file, bytes);
            }
        }
        fixture.reopen();
        assertThat(fixture.readAll(0, 500)).isEqualTo(written);
        assertThat(fixture.readAll(150, 500)).isEqualTo(written.subList(150, RECORDS));
    }

    @Test
    void partitionThatCannotBeOpenedIsOfflineAndOthersAreServed() throws IOException {
        LogFixture fixture = filled(1 << 20);
        fixture.directory().close();
        Path bad = folder.resolve("bad-3");
        Files.createDirectories(bad);
        Files.writeString(bad.resolve("partition.metadata"), "nonsense");
        fixture.reopen();
        assertThat(fixture.readAll(0, 1 << 20)).isEqualTo(written);
        assertThat(fixture.directory().offline())
                .containsOnlyKeys(new org.apache.kafka.common.TopicPartition("bad", 3));
    }
}
