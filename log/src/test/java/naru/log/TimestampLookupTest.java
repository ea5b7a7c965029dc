package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Offsets are found by timestamp as a search through all records finds them. */
class TimestampLookupTest {
    private static final long NOW = LogFixture.START_MILLIS;
    private static final long SPAN = 400;

    @TempDir Path folder;

    private final List<TimestampedOffset> model = new ArrayList<>();

    private LogFixture fixture(int segmentBytes) {
        return new LogFixture(folder, LogConfigs.change(segmentBytes, 200, -1, -1));
    }

    private void append(
            LogFixture fixture, CompressionType codec, long timestamp, int epoch, int records) {
        String[] values = new String[records];
        for (int i = 0; i < records; i++) {
            values[i] = "value-" + i;
            long offset = fixture.log().logEndOffset() + i;
            model.add(new TimestampedOffset(offset, timestamp + i, epoch));
        }
        Compression compression = Compression.of(codec).build();
        fixture.log()
                .appendAsLeader(Batches.of(compression, timestamp, values), epoch, Origin.CLIENT);
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
    }

    private Optional<TimestampedOffset> firstAt(long timestamp, long start, long end) {
        return model.stream()
                .filter(record -> record.offset() >= start && record.offset() < end)
                .filter(record -> record.timestampMillis() >= timestamp)
                .findFirst();
    }

    private Optional<TimestampedOffset> latest(long start, long end) {
        return model.stream()
                .filter(record -> record.offset() >= start && record.offset() < end)
                .max(
                        Comparator.comparingLong(TimestampedOffset::timestampMillis)
                                .thenComparing(
                                        TimestampedOffset::offset, Comparator.reverseOrder()));
    }

    private void assertAgrees(PartitionLog log) {
        long start = log.logStartOffset();
        for (long end : List.of(0L, 1L, 7L, model.size() / 2L, model.size() - 1L, 1000L)) {
            assertThat(log.maxTimestampOffset(end))
                    .as("latest of %d to %d", start, end)
                    .isEqualTo(latest(start, end));
            for (long time = NOW - 2; time < NOW + SPAN + 10; time += 3) {
                assertThat(log.offsetForTimestamp(time, end))
                        .as("first at %d of %d to %d", time, start, end)
                        .isEqualTo(firstAt(time, start, end));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyLookupFindsWhatASearchThroughAllRecordsFinds(long seed) {
        Random random = new Random(seed);
        CompressionType[] codecs = CompressionType.values();
        LogFixture fixture = fixture(1500);
        for (int i = 0; i < 80; i++) {
            append(
                    fixture,
                    codecs[random.nextInt(codecs.length)],
                    NOW + random.nextLong(SPAN),
                    i / 20,
                    1 + random.nextInt(5));
        }
        assertThat(fixture.log().segments().snapshot()).hasSizeGreaterThan(3);

        assertAgrees(fixture.log());
        fixture.reopenAfterKill();
        assertAgrees(fixture.log());
        fixture.log().advanceLogStartOffset(1 + random.nextInt(model.size() - 2));
        assertAgrees(fixture.log());
        fixture.reopenCleanly();
        assertAgrees(fixture.log());
    }

    @Test
    void theFirstOfRecordsWithTheSameTimestampIsFound() {
        LogFixture fixture = fixture(300);
        for (int i = 0; i < 20; i++) {
            append(fixture, CompressionType.NONE, i < 5 ? NOW : NOW + 10, 0, 1);
        }
        assertThat(fixture.log().segments().snapshot()).hasSizeGreaterThan(3);
        for (int i = 0; i < 2; i++) {
            assertThat(fixture.log().offsetForTimestamp(NOW + 1, 20))
                    .contains(new TimestampedOffset(5, NOW + 10, 0));
            assertThat(fixture.log().maxTimestampOffset(20))
                    .contains(new TimestampedOffset(5, NOW + 10, 0));
            fixture.reopenCleanly();
        }
    }

    @Test
    void anEmptyLogHasNoTimestamps() {
        LogFixture fixture = fixture(1500);
        assertThat(fixture.log().offsetForTimestamp(0, 10)).isEmpty();
        assertThat(fixture.log().maxTimestampOffset(10)).isEmpty();
    }

    @Test
    void aMarkerOfATransactionIsFoundLikeARecord() {
        LogFixture fixture = fixture(1500);
        append(fixture, CompressionType.NONE, NOW, 0, 1);
        fixture.log()
                .appendAsLeader(
                        MemoryRecords.withEndTransactionMarker(
                                        NOW + 5,
                                        7,
                                        (short) 0,
                                        new EndTransactionMarker(ControlRecordType.COMMIT, 0))
                                .buffer(),
                        0,
                        Origin.COORDINATOR);
        fixture.log().advanceHighWatermark(2);
        assertThat(fixture.log().maxTimestampOffset(2))
                .contains(new TimestampedOffset(1, NOW + 5, 0));
        assertThat(fixture.log().offsetForTimestamp(NOW + 1, 2))
                .contains(new TimestampedOffset(1, NOW + 5, 0));
    }
}
