package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.segment.SegmentFiles;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** When a log begins another segment, and when its oldest ones go. */
class RollingTest {
    private static final long NOW = LogFixture.START_MILLIS;
    private static final int BATCH_BYTES = Batches.of(NOW, "v").remaining();

    @TempDir Path folder;

    /** Three batches fill a segment. */
    private static LogConfig threeBatches(long retentionBytes, long retentionMillis) {
        return LogConfigs.change(3 * BATCH_BYTES, 4096, retentionBytes, retentionMillis);
    }

    /** Appends batches of one record, whose timestamps are so far apart. */
    private static void append(LogFixture fixture, int count, long stepMillis) {
        for (int i = 0; i < count; i++) {
            fixture.append(Batches.of(NOW + i * stepMillis, "v"));
        }
    }

    private static boolean exists(LogFixture fixture, String suffix) {
        return Files.exists(SegmentFiles.path(fixture.partitionFolder(), 0, suffix));
    }

    @Test
    void aSegmentIsRolledByTheTimeOfItsRecordsAndNotTheClock() throws IOException {
        LogConfig config = LogConfigs.with(LogConfig.DEFAULTS, "segmentMillis", 1000L);
        LogFixture fixture = new LogFixture(folder, config);
        fixture.append(Batches.of(NOW, "first"));
        fixture.clock.advance(100_000);
        fixture.append(Batches.of(NOW + 1000, "as old as may be"));
        assertThat(fixture.segmentFiles()).containsExactly(0L);
        fixture.append(Batches.of(NOW + 1001, "too late"));
        assertThat(fixture.segmentFiles()).containsExactly(0L, 2L);
        fixture.append(Batches.of(NOW + 2001, "as old as the second may be"));
        assertThat(fixture.segmentFiles()).containsExactly(0L, 2L);
    }

    @Test
    void aReopenedSegmentStillKnowsWhenItBegan() throws IOException {
        LogConfig config = LogConfigs.with(LogConfig.DEFAULTS, "segmentMillis", 1000L);
        LogFixture fixture = new LogFixture(folder, config);
        fixture.append(Batches.of(NOW, "first"));
        fixture.reopenCleanly();
        fixture.append(Batches.of(NOW + 1000, "second"));
        assertThat(fixture.segmentFiles()).containsExactly(0L);
        fixture.reopenAfterKill();
        fixture.append(Batches.of(NOW + 1001, "third"));
        assertThat(fixture.segmentFiles()).containsExactly(0L, 2L);
    }

    @Test
    void aSegmentIsFilledToItsSizeAndNoFurther() throws IOException {
        LogFixture fixture = new LogFixture(folder, threeBatches(-1, -1));
        append(fixture, 7, 0);
        assertThat(fixture.segmentFiles()).containsExactly(0L, 3L, 6L);
        assertThat(SegmentFiles.path(fixture.partitionFolder(), 0, SegmentFiles.LOG))
                .hasSize(3L * BATCH_BYTES);
        assertThat(fixture.readAll(0, 1000)).hasSize(7);
    }

    @Test
    void aSegmentWhoseOffsetIndexIsFullIsRolled() throws IOException {
        LogConfig config = LogConfigs.change(1 << 20, 0, -1, -1);
        LogFixture fixture =
                new LogFixture(folder, LogConfigs.with(config, "segmentIndexBytes", 48));
        append(fixture, 15, 0);
        // every batch but the first has an entry of 8 bytes
        assertThat(fixture.segmentFiles()).containsExactly(0L, 7L, 14L);
        assertThat(SegmentFiles.path(fixture.partitionFolder(), 0, SegmentFiles.OFFSET_INDEX))
                .hasSize(48);
    }

    @Test
    void aSegmentWhoseTimeIndexIsFullIsRolled() throws IOException {
        LogConfig config = LogConfigs.change(1 << 20, 0, -1, -1);
        LogFixture fixture =
                new LogFixture(folder, LogConfigs.with(config, "segmentIndexBytes", 48));
        append(fixture, 9, 1);
        // entries of 12 bytes, of which one is kept free for the segment's end
        assertThat(fixture.segmentFiles()).containsExactly(0L, 4L, 8L);
        assertThat(
                        Files.size(
                                SegmentFiles.path(
                                        fixture.partitionFolder(), 0, SegmentFiles.TIME_INDEX)))
                .isLessThanOrEqualTo(48);
    }

    @Test
    void retentionByTimeRemovesSegmentsWhoseNewestRecordIsTooOld() throws IOException {
        LogFixture fixture = new LogFixture(folder, threeBatches(-1, 1000));
        append(fixture, 9, 100);

        assertThat(fixture.log().applyRetention(NOW + 200 + 1000)).isZero();
        assertThat(fixture.log().logStartOffset()).isZero();
        assertThat(fixture.log().applyRetention(NOW + 201 + 1000)).isEqualTo(3L * BATCH_BYTES);
        assertThat(fixture.log().logStartOffset()).isEqualTo(3);
        assertThat(fixture.segmentFiles()).containsExactly(3L, 6L);
        assertThat(fixture.readAll(0, 1000)).first().extracting("offset").isEqualTo(3L);
    }

    @Test
    void retentionByTimeEmptiesALogWhoseNewestSegmentIsTooOld() throws IOException {
        LogFixture fixture = new LogFixture(folder, threeBatches(-1, 1000));
        append(fixture, 8, 100);
        fixture.log().applyRetention(NOW + 100_000);
        assertThat(fixture.log().logStartOffset()).isEqualTo(8);
        assertThat(fixture.log().sizeBytes()).isZero();
        assertThat(fixture.segmentFiles()).containsExactly(8L);
        fixture.reopenCleanly();
        assertThat(fixture.log().logStartOffset()).isEqualTo(8);
        assertThat(fixture.append("next").baseOffset()).isEqualTo(8);
    }

    @Test
    void retentionBySizeKeepsAtLeastTheWantedBytes() throws IOException {
        LogFixture fixture = new LogFixture(folder, threeBatches(4L * BATCH_BYTES, -1));
        append(fixture, 9, 0);
        assertThat(fixture.log().applyRetention(NOW)).isEqualTo(3L * BATCH_BYTES);
        assertThat(fixture.log().applyRetention(NOW)).isZero();
        assertThat(fixture.segmentFiles()).containsExactly(3L, 6L);
    }

    @Test
    void nothingLeavesALogThatKeepsAllUntilItIsToldWhatHolds() throws IOException {
        LogConfig config = threeBatches(0, 1000);
        LogFixture fixture = new LogFixture(folder, config.keepingAll());
        append(fixture, 9, 100);
        assertThat(fixture.log().applyRetention(NOW + 100_000)).isZero();
        fixture.log().reconfigure(config);
        assertThat(fixture.log().applyRetention(NOW + 100_000)).isPositive();
    }

    @Test
    void retentionBySizeLeavesTheActiveSegment() throws IOException {
        LogFixture fixture = new LogFixture(folder, threeBatches(0, -1));
        append(fixture, 8, 0);
        fixture.log().applyRetention(NOW);
        assertThat(fixture.segmentFiles()).containsExactly(6L);
        assertThat(fixture.log().logStartOffset()).isEqualTo(6);
    }

    @Test
    void retentionRemovesNothingAboveTheHighWatermark() throws IOException {
        LogFixture fixture = new LogFixture(folder, threeBatches(0, 1000));
        for (int i = 0; i < 9; i++) {
            fixture.log().appendAsLeader(Batches.of(NOW, "v"), 0, Origin.CLIENT);
        }
        fixture.log().advanceHighWatermark(5);
        fixture.log().applyRetention(NOW + 100_000);
        assertThat(fixture.segmentFiles()).containsExactly(3L, 6L);
        fixture.log().advanceHighWatermark(6);
        fixture.log().applyRetention(NOW + 100_000);
        assertThat(fixture.segmentFiles()).containsExactly(6L);
        assertThat(fixture.readAll(0, 1000)).hasSize(3);
    }

    @Test
    void aTopicWithoutThePolicyDeleteKeepsAll() throws IOException {
        LogConfig config = LogConfigs.with(threeBatches(0, 1), "deleteEnabled", false);
        LogFixture fixture = new LogFixture(folder, config);
        append(fixture, 9, 0);
        assertThat(fixture.log().applyRetention(NOW + 100_000)).isZero();
        assertThat(fixture.segmentFiles()).containsExactly(0L, 3L, 6L);
    }

    @Test
    void whatRetentionRemovedCanBeReadUntilTheDeleteDelayHasPassed() throws IOException {
        LogConfig config = LogConfigs.with(threeBatches(0, -1), "fileDeleteDelayMillis", 5000L);
        LogFixture fixture = new LogFixture(folder, config);
        append(fixture, 6, 0);
        if (!(fixture.log().read(0, 6, 1000, true) instanceof ReadOutcome.Found(LogSlice slice))) {
            throw new AssertionError("nothing was read");
        }

        fixture.log().applyRetention(NOW);

        assertThat(exists(fixture, SegmentFiles.LOG)).isFalse();
        assertThat(exists(fixture, SegmentFiles.OFFSET_INDEX)).isFalse();
        fixture.clock.advance(4999);
        fixture.directory().runBackground();
        assertThat(exists(fixture, SegmentFiles.LOG + SegmentFiles.DELETED)).isTrue();
        assertThat(LogFixture.records(slice)).hasSize(3);
        fixture.clock.advance(1);
        fixture.directory().runBackground();
        try (var files = Files.list(fixture.partitionFolder())) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(SegmentFiles.DELETED));
        }
        assertThat(fixture.readAll(0, 1000)).hasSize(3);
    }
}
