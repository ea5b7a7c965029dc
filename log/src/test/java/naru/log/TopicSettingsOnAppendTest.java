package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.AppendOutcome.Appended;
import naru.log.AppendOutcome.RecordError;
import naru.log.AppendOutcome.Refused;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a topic's settings do to batches, and which batches they keep out. */
class TopicSettingsOnAppendTest {
    private static final long NOW = LogFixture.START_MILLIS;
    private static final String[] VALUES = {"first" + "x".repeat(500), "second", "third"};

    @TempDir Path folder;

    /** All of a record that a setting could change. */
    private record Stored(long offset, long timestamp, String key, String value) {}

    private static List<Stored> storedFrom(long firstOffset, long timestamp, long step) {
        List<Stored> records = new ArrayList<>();
        for (int i = 0; i < VALUES.length; i++) {
            records.add(new Stored(firstOffset + i, timestamp + i * step, "k" + i, VALUES[i]));
        }
        return records;
    }

    private static List<Stored> records(MutableRecordBatch batch) {
        List<Stored> records = new ArrayList<>();
        for (Record record : batch) {
            records.add(
                    new Stored(
                            record.offset(),
                            record.timestamp(),
                            text(record.key()),
                            text(record.value())));
        }
        return records;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static ByteBuffer batch(CompressionType codec, long timestamp) {
        return Batches.of(Compression.of(codec).build(), timestamp, VALUES);
    }

    private LogFixture fixture(String component, Object value) {
        return new LogFixture(folder, LogConfigs.with(LogConfig.DEFAULTS, component, value));
    }

    private static void assertRefused(LogFixture fixture, ByteBuffer batch, Errors error) {
        AppendOutcome outcome = fixture.log().appendAsLeader(batch, 0, Origin.CLIENT);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.error()).isEqualTo(error));
        assertThat(fixture.log().logEndOffset()).isZero();
        assertThat(fixture.log().sizeBytes()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "gzip, NONE, GZIP",
        "gzip, ZSTD, GZIP",
        "zstd, GZIP, ZSTD",
        "zstd, NONE, ZSTD",
        "lz4, SNAPPY, LZ4",
        "snappy, LZ4, SNAPPY",
        "uncompressed, GZIP, NONE",
        "uncompressed, SNAPPY, NONE"
    })
    void aBatchOfAnotherCodecIsPackedAnewWithTheSameRecords(
            String setting, CompressionType sent, CompressionType stored) {
        LogFixture fixture = fixture("compressionType", setting);
        fixture.append(batch(stored, NOW));

        Appended appended = fixture.append(batch(sent, NOW + 10));

        assertThat(appended.baseOffset()).isEqualTo(3);
        assertThat(appended.lastOffset()).isEqualTo(5);
        assertThat(appended.logAppendTimeMillis()).isEqualTo(-1);
        MutableRecordBatch batch = fixture.batches().getLast();
        assertThat(batch.compressionType()).isEqualTo(stored);
        assertThat(batch.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertThat(batch.maxTimestamp()).isEqualTo(NOW + 12);
        assertThat(records(batch)).isEqualTo(storedFrom(3, NOW + 10, 1));
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void producerKeepsTheBytesOfTheRecords(CompressionType codec) {
        LogFixture fixture = fixture("compressionType", "producer");
        ByteBuffer sent = batch(codec, NOW);
        byte[] before = new byte[sent.remaining()];
        sent.get(sent.position(), before);

        fixture.append(sent);

        MutableRecordBatch batch = fixture.batches().getFirst();
        ByteBuffer stored = ByteBuffer.allocate(batch.sizeInBytes());
        batch.setPartitionLeaderEpoch(-1);
        batch.writeTo(stored);
        assertThat(stored.array()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"producer, NONE, NONE", "producer, LZ4, LZ4", "zstd, NONE, ZSTD"})
    void logAppendTimeIsWrittenIntoTheBatchAndToldToTheProducer(
            String setting, CompressionType sent, CompressionType stored) {
        LogConfig config = LogConfigs.with(LogConfig.DEFAULTS, "logAppendTime", true);
        LogFixture fixture =
                new LogFixture(folder, LogConfigs.with(config, "compressionType", setting));
        fixture.clock.advance(77);

        Appended appended = fixture.append(batch(sent, 5));

        assertThat(appended.logAppendTimeMillis()).isEqualTo(NOW + 77);
        MutableRecordBatch batch = fixture.batches().getFirst();
        assertThat(batch.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(batch.maxTimestamp()).isEqualTo(NOW + 77);
        assertThat(batch.compressionType()).isEqualTo(stored);
        assertThat(records(batch)).isEqualTo(storedFrom(0, NOW + 77, 0));
    }

    @Test
    void logAppendTimeHoldsProducersTimestampsToNoBounds() {
        LogConfig config = LogConfigs.with(LogConfig.DEFAULTS, "logAppendTime", true);
        LogFixture fixture =
                new LogFixture(folder, LogConfigs.with(config, "timestampBeforeMaxMillis", 1L));
        fixture.append(batch(CompressionType.NONE, 5));
        fixture.append(batch(CompressionType.GZIP, NOW * 2));
        assertThat(fixture.log().logEndOffset()).isEqualTo(6);
    }

    @Test
    void recordsTooFarAheadAreNamedInTheRefusal() {
        LogFixture fixture = fixture("timestampAfterMaxMillis", 1000L);
        AppendOutcome outcome =
                fixture.log()
                        .appendAsLeader(batch(CompressionType.NONE, NOW + 999), 0, Origin.CLIENT);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.error()).isEqualTo(Errors.INVALID_TIMESTAMP);
                            assertThat(refused.records())
                                    .extracting(RecordError::index)
                                    .containsExactly(2);
                        });
        assertThat(fixture.log().logEndOffset()).isZero();
    }

    @Test
    void recordsTooFarBehindAreNamedInTheRefusal() {
        LogFixture fixture = fixture("timestampBeforeMaxMillis", 1000L);
        AppendOutcome outcome =
                fixture.log()
                        .appendAsLeader(batch(CompressionType.NONE, NOW - 1002), 0, Origin.CLIENT);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.error()).isEqualTo(Errors.INVALID_TIMESTAMP);
                            assertThat(refused.records())
                                    .extracting(RecordError::index)
                                    .containsExactly(0, 1);
                        });
        assertThat(fixture.log().logEndOffset()).isZero();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void timestampsAtTheBoundsEnterAndOneBeyondDoesNot(CompressionType codec) {
        LogConfig config = LogConfigs.with(LogConfig.DEFAULTS, "timestampBeforeMaxMillis", 1000L);
        LogFixture fixture =
                new LogFixture(folder, LogConfigs.with(config, "timestampAfterMaxMillis", 1000L));
        assertRefused(fixture, batch(codec, NOW - 1001), Errors.INVALID_TIMESTAMP);
        assertRefused(fixture, batch(codec, NOW + 999), Errors.INVALID_TIMESTAMP);
        fixture.append(batch(codec, NOW - 1000));
        fixture.append(batch(codec, NOW + 998));
        assertThat(fixture.log().logEndOffset()).isEqualTo(6);
    }

    @Test
    void aBatchMayHaveMaxMessageBytesAndNotOneMore() {
        int size = batch(CompressionType.NONE, NOW).remaining();
        LogFixture fixture = fixture("maxMessageBytes", size - 1);
        assertRefused(fixture, batch(CompressionType.NONE, NOW), Errors.MESSAGE_TOO_LARGE);
        fixture.log().reconfigure(LogConfigs.with(LogConfig.DEFAULTS, "maxMessageBytes", size));
        fixture.append(batch(CompressionType.NONE, NOW));
        assertThat(fixture.log().sizeBytes()).isEqualTo(size);
    }

    @Test
    void aBatchThatGrowsTooLargeWhenPackedAnewIsRefused() {
        int packed = batch(CompressionType.GZIP, NOW).remaining();
        LogConfig config = LogConfigs.with(LogConfig.DEFAULTS, "maxMessageBytes", packed);
        LogFixture fixture =
                new LogFixture(folder, LogConfigs.with(config, "compressionType", "uncompressed"));
        assertRefused(fixture, batch(CompressionType.GZIP, NOW), Errors.MESSAGE_TOO_LARGE);
    }
}
