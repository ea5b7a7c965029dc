package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.AppendOutcome.Appended;
import naru.log.Keyed.Writer;
import naru.log.LogConfig.Compaction;
import naru.log.checkpoint.OffsetCheckpoint;
import naru.log.compaction.CompactionSettings;
import naru.log.disk.LocalDisk;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a compacted log keeps and what it drops, as Kafka documents it. */
class CompactionTest {
    private static final long HOUR = 3_600_000;

    @TempDir Path folder;

    private LogFixture fixture(Compaction compaction) {
        LogConfig config = LogConfigs.withSegmentBytes(1000);
        config = LogConfigs.with(config, "compactEnabled", true);
        config = LogConfigs.with(config, "deleteEnabled", false);
        return new LogFixture(folder, LogConfigs.with(config, "compaction", compaction));
    }

    private LogFixture fixture() {
        return fixture(new Compaction(0, 0, Long.MAX_VALUE, HOUR));
    }

    private static Appended put(LogFixture fixture, String key, String value) {
        return put(fixture, CompressionType.NONE, Writer.NOBODY, key, value);
    }

    private static Appended put(
            LogFixture fixture, CompressionType codec, Writer writer, String... keysAndValues) {
        List<Keyed> records = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            String value = keysAndValues[i + 1];
            records.add(
                    Keyed.of(
                            keysAndValues[i],
                            value.isEmpty() ? null : value,
                            fixture.clock.millis()));
        }
        return fixture.append(Keyed.batch(codec, writer, records));
    }

    /** So many records that what stands before is in sealed segments. */
    private static void fill(LogFixture fixture, String key) {
        for (int i = 0; i < 3; i++) {
            put(fixture, key, key + i + "-".repeat(500));
        }
    }

    private static void end(LogFixture fixture, Writer writer, boolean abort) {
        ByteBuffer marker = Keyed.marker(writer, abort, fixture.clock.millis());
        assertThat(fixture.log().appendAsLeader(marker, 0, Origin.COORDINATOR))
                .isInstanceOf(Appended.class);
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
    }

    private static List<String> values(LogFixture fixture, String key) {
        return Keyed.read(fixture.log(), 0, 700).stream()
                .filter(record -> key.equals(record.key()))
                .map(record -> String.valueOf(record.value()))
                .toList();
    }

    private static void compact(LogFixture fixture) {
        fixture.directory().runBackground();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void latestValueOfEachKeySurvivesUnderItsOffset(CompressionType codec) {
        LogFixture fixture = fixture();
        TreeMap<String, Keyed> latest = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            String one = "k" + i % 7;
            String other = "k" + (i + 3) % 7;
            long base =
                    put(fixture, codec, Writer.NOBODY, one, "v" + i, other, "w" + i).baseOffset();
            latest.put(one, Keyed.of(one, "v" + i, fixture.clock.millis()).at(base));
            latest.put(other, Keyed.of(other, "w" + i, fixture.clock.millis()).at(base + 1));
        }
        fill(fixture, "other");
        long before = fixture.log().sizeBytes();

        compact(fixture);

        List<Keyed> left = Keyed.read(fixture.log(), 0, 300);
        assertThat(left).containsAll(latest.values());
        assertThat(left.stream().filter(r -> String.valueOf(r.key()).startsWith("k"))).hasSize(7);
        assertThat(fixture.log().sizeBytes()).isLessThan(before / 2);
        for (MutableRecordBatch batch : fixture.batches()) {
            batch.ensureValid();
        }
        assertThat(fixture.log().damagedBatches()).isZero();
    }

    @Test
    void whatIsLeftOutDoesNotLookAsIfThePowerTookIt() {
        LogFixture fixture = fixture();
        put(fixture, "first", "1");
        for (int i = 0; i < 20; i++) {
            fill(fixture, "other");
        }
        fixture.log().flush();
        fixture.directory().compactor().cleanDue();
        long end = fixture.log().logEndOffset();
        assertThat(values(fixture, "other")).hasSizeLessThan(5);
        fixture.reopenAfterKill();

        fixture.log().cutAtHole();

        assertThat(fixture.log().logEndOffset()).isEqualTo(end);
    }

    @Test
    void activeSegmentStaysAsItIs() {
        LogFixture fixture = fixture();
        put(fixture, "k", "1");
        put(fixture, "k", "2");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("1", "2");
    }

    @Test
    void whatIsYoungerThanTheMinimumLagStays() {
        LogFixture fixture = fixture(new Compaction(0, HOUR, Long.MAX_VALUE, HOUR));
        put(fixture, "k", "1");
        put(fixture, "k", "2");
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("1", "2");
        fixture.clock.advance(HOUR + 1);
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("2");
    }

    @Test
    void cleanLogIsLeftAloneUntilItIsDirtyEnoughOrOverdue() {
        LogFixture fixture = fixture(new Compaction(0.9, 0, HOUR, HOUR));
        put(fixture, "k", "1");
        fill(fixture, "other");
        compact(fixture);
        put(fixture, "k", "2");
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("1", "2");
        fixture.clock.advance(HOUR + 1);
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("2");
    }

    @Test
    void segmentIsRolledInTimeForTheMaximumLag() throws IOException {
        LogFixture fixture = fixture(new Compaction(0.5, 0, HOUR, HOUR));
        put(fixture, "k", "1");
        fixture.clock.advance(HOUR + 1);
        put(fixture, "k", "2");
        assertThat(fixture.segmentFiles()).hasSize(2);
    }

    @Test
    void tombstoneStaysForTheRetentionAfterItsFirstCleaning() {
        LogFixture fixture = fixture();
        put(fixture, "k", "1");
        put(fixture, "k", "");
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("null");
        assertThat(fixture.batches().getFirst().deleteHorizonMs())
                .hasValue(fixture.clock.millis() + HOUR);

        fixture.clock.advance(HOUR - 1);
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("null");
        assertThat(Keyed.read(fixture.log(), 0, 1000).getFirst().timestamp())
                .isEqualTo(LogFixture.START_MILLIS);

        fixture.clock.advance(1);
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).isEmpty();
    }

    @Test
    void abortedRecordsGoAtOnceAndTheirMarkerWhenItsTimeIsOver() {
        LogFixture fixture = fixture();
        Writer writer = new Writer(7, (short) 0, 0, true);
        put(fixture, "k", "kept");
        put(fixture, CompressionType.LZ4, writer, "k", "aborted");
        end(fixture, writer, true);
        fixture.clock.advance(1);
        put(fixture, CompressionType.NONE, new Writer(7, (short) 0, 1, true), "x", "y");
        end(fixture, writer, false);
        fill(fixture, "other");

        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("kept");
        assertThat(controlBatches(fixture)).isEqualTo(2);

        fill(fixture, "other");
        compact(fixture);
        assertThat(controlBatches(fixture)).isEqualTo(2);

        fixture.clock.advance(HOUR);
        fill(fixture, "other");
        compact(fixture);
        assertThat(controlBatches(fixture)).isEqualTo(1);
        assertThat(values(fixture, "x")).containsExactly("y");
        assertThat(fixture.log().abortedTransactions(0, fixture.log().logEndOffset())).isEmpty();
    }

    private static long controlBatches(LogFixture fixture) {
        return fixture.batches().stream().filter(MutableRecordBatch::isControlBatch).count();
    }

    @Test
    void openTransactionHoldsTheCleanerUp() {
        LogFixture fixture = fixture();
        Writer writer = new Writer(7, (short) 0, 0, true);
        put(fixture, "k", "1");
        fill(fixture, "other");
        put(fixture, CompressionType.NONE, writer, "t", "open");
        put(fixture, "k", "2");
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("1", "2");
        end(fixture, writer, false);
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("2");
        assertThat(values(fixture, "t")).containsExactly("open");
    }

    @Test
    void producersSequenceSurvivesTheCleaningOfAllItsRecordsAndAKill() throws IOException {
        LogFixture fixture = fixture();
        put(fixture, CompressionType.NONE, new Writer(7, (short) 0, 0, false), "k", "1");
        put(fixture, CompressionType.NONE, new Writer(7, (short) 0, 1, false), "k", "2");
        put(fixture, "k", "3");
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("3");
        fixture.kill();
        try (Stream<Path> files = Files.list(fixture.partitionFolder())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".snapshot")).toList()) {
                Files.delete(file);
            }
        }
        fixture.reopen();
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
        assertThat(
                        fixture.log()
                                .appendAsLeader(
                                        Keyed.batch(
                                                CompressionType.NONE,
                                                new Writer(7, (short) 0, 1, false),
                                                List.of(Keyed.of("k", "2", 0))),
                                        0,
                                        Origin.CLIENT))
                .isInstanceOf(AppendOutcome.Duplicate.class);
        put(fixture, CompressionType.NONE, new Writer(7, (short) 0, 2, false), "k", "4");
    }

    @Test
    void smallSegmentsAreMergedAndStillFoundAfterARestart() throws IOException {
        LogFixture fixture = fixture();
        for (int i = 0; i < 30; i++) {
            put(fixture, "k" + i % 3, i + "-".repeat(300));
        }
        assertThat(fixture.segmentFiles()).hasSizeGreaterThan(10);
        compact(fixture);
        assertThat(fixture.segmentFiles()).hasSizeLessThan(5).first().isEqualTo(0L);
        List<Keyed> left = Keyed.read(fixture.log(), 0, 400);
        fixture.reopenCleanly();
        assertThat(Keyed.read(fixture.log(), 0, 400)).isEqualTo(left);
        assertThat(fixture.log().offsetForTimestamp(0, fixture.log().logEndOffset())).isPresent();
    }

    @Test
    void readerThatHoldsAReplacedSegmentReadsOn() {
        LogFixture fixture = fixture();
        put(fixture, "k", "1");
        put(fixture, "k", "2");
        fill(fixture, "other");
        LogSlice held =
                ((ReadOutcome.Found) fixture.log().read(0, fixture.log().logEndOffset(), 100, true))
                        .slice();
        compact(fixture);
        assertThat(LogFixture.records(held).getFirst().value()).isEqualTo("1");
        fixture.clock.advance(fixture.config.fileDeleteDelayMillis());
        compact(fixture);
        assertThat(fixture.partitionFolder())
                .isDirectoryNotContaining("glob:**.deleted")
                .isDirectoryNotContaining("glob:**.cleaned")
                .isDirectoryNotContaining("glob:**.swap");
    }

    @Test
    void moreKeysThanTheMapHoldsAreCleanedInSeveralPasses() {
        LogFixture fixture = fixture();
        int keys = 2000;
        for (int i = 0; i < 3 * keys; i++) {
            put(fixture, "key" + i % keys, "" + i / keys);
        }
        fixture.clock.advance(1);
        fill(fixture, "other");
        CompactionSettings small =
                new CompactionSettings(true, 1, 24 * 700, 0.9, 64 << 10, Double.MAX_VALUE, 1000);
        fixture.reopenWith(options -> options.withCompaction(() -> small));
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
        compact(fixture);
        assertThat(fixture.directory().compactor().stats().passes()).isGreaterThan(5);
        List<Keyed> left = Keyed.read(fixture.log(), 0, 5000);
        assertThat(left.stream().filter(r -> String.valueOf(r.key()).startsWith("key")))
                .hasSize(keys)
                .allMatch(r -> "2".equals(r.value()));
    }

    @Test
    void damagedBatchStopsOnlyTheCleaningOfItsLog() throws IOException {
        LogFixture fixture = fixture();
        put(fixture, "k", "1");
        put(fixture, "k", "2");
        fill(fixture, "other");
        try (FileChannel file =
                FileChannel.open(
                        fixture.partitionFolder().resolve("00000000000000000000.log"),
                        StandardOpenOption.WRITE)) {
            file.write(
                    ByteBuffer.wrap(new byte[] {99}),
                    2L * fixture.batches().getFirst().sizeInBytes());
        }
        compact(fixture);
        assertThat(fixture.directory().compactor().uncleanable())
                .containsOnlyKeys(LogFixture.PARTITION);
        put(fixture, "k", "3");
        assertThat(values(fixture, "k")).containsExactly("1", "2", "3");
        assertThat(fixture.partitionFolder()).isDirectoryNotContaining("glob:**.cleaned");
        fixture.log().reconfigure(fixture.config);
        assertThat(fixture.directory().compactor().uncleanable()).isEmpty();
    }

    @Test
    void policyTakesEffectInBothDirections() {
        LogFixture fixture = fixture();
        LogConfig compacted = fixture.config;
        fixture.log().reconfigure(LogConfigs.with(compacted, "compactEnabled", false));
        put(fixture, "k", "1");
        put(fixture, "k", "2");
        fill(fixture, "other");
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("1", "2");
        fixture.log().reconfigure(compacted);
        compact(fixture);
        assertThat(values(fixture, "k")).containsExactly("2");
        LogConfig both = LogConfigs.with(compacted, "deleteEnabled", true);
        fixture.log().reconfigure(LogConfigs.with(both, "retentionMillis", 0L));
        fixture.clock.advance(1);
        fixture.log().applyRetention(fixture.clock.millis());
        assertThat(values(fixture, "k")).isEmpty();
    }

    @Test
    void checkpointIsWrittenInKafkasFormat() throws IOException {
        LogFixture fixture = fixture();
        put(fixture, "k", "1");
        fill(fixture, "other");
        compact(fixture);
        assertThat(
                        new OffsetCheckpoint(new LocalDisk(), folder, "cleaner-offset-checkpoint")
                                .read())
                .containsOnlyKeys(LogFixture.PARTITION);
        List<String> lines = Files.readAllLines(folder.resolve("cleaner-offset-checkpoint"));
        assertThat(lines).startsWith("0", "1").element(2).asString().matches("topic 0 [1-9]\\d*");
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void recordWithoutKeyIsNamedInTheRefusal(CompressionType codec) {
        LogFixture fixture = fixture();
        ByteBuffer batch =
                Keyed.batch(
                        codec,
                        Writer.NOBODY,
                        List.of(
                                Keyed.of("k", "1", fixture.clock.millis()),
                                Keyed.of(null, "2", fixture.clock.millis())));
        assertThat(fixture.log().appendAsLeader(batch, 0, Origin.CLIENT))
                .isInstanceOfSatisfying(
                        AppendOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.error()).isEqualTo(Errors.INVALID_RECORD);
                            assertThat(refused.records())
                                    .extracting(AppendOutcome.RecordError::index)
                                    .containsExactly(1);
                        });
        assertThat(fixture.log().logEndOffset()).isZero();
    }
}
