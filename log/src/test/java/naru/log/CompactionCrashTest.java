package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.Keyed.Writer;
import naru.log.LogConfig.Compaction;
import naru.log.disk.DyingDisk;

import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The process dies, or the disk refuses, at every single change that one compaction makes: what is
 * read afterwards is the old log or the compacted one, whole, and nothing else.
 */
class CompactionCrashTest {
    private static final int MOST_CHANGES = 200;

    @TempDir Path folder;

    private final DyingDisk disk = new DyingDisk();

    private LogFixture fixture(int run) {
        LogConfig config = LogConfigs.withSegmentBytes(1 << 20);
        config = LogConfigs.with(config, "indexIntervalBytes", 100);
        config = LogConfigs.with(config, "compactEnabled", true);
        config = LogConfigs.with(config, "deleteEnabled", false);
        config =
                LogConfigs.with(
                        config, "compaction", new Compaction(0.01, 0, Long.MAX_VALUE, 1000));
        return new LogFixture(folder.resolve("run" + run), config, disk);
    }

    /** Six sealed segments that become one. */
    private static void fill(LogFixture fixture, int round) {

        for (int i = 0; i < 60; i++) {
            fixture.clock.advance(1);
            long now = fixture.clock.millis();
            String value = round + "r" + i + "-".repeat(100);
            Writer writer =
                    i % 10 == 5 ? new Writer(round, (short) 0, i / 10 * 2, true) : Writer.NOBODY;
            fixture.append(
                    Keyed.batch(
                            i % 3 == 0 ? CompressionType.forId(i % 5) : CompressionType.NONE,
                            writer,
                            List.of(
                                    Keyed.of("k" + i % 4, i % 11 == 0 ? null : value, now),
                                    Keyed.of("l" + i % 3, "x", now))));
            if (i % 10 == 9) {
                fixture.log()
                        .appendAsLeader(
                                Keyed.marker(writer(round), i > 30, now), 0, Origin.COORDINATOR);
                fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
            }
        }
    }

    private static Writer writer(long producerId) {
        return new Writer(producerId, (short) 0, 0, true);
    }

    private static List<Keyed> read(LogFixture fixture) {
        return Keyed.read(fixture.log(), 0, 400);
    }

    /** Records before and after the compaction that nothing disturbs. */
    private record Expected(List<Keyed> before, List<Keyed> after) {}

    private Expected expected(int rounds) {
        LogFixture fixture = fixture(-rounds);
        prepare(fixture, rounds);
        List<Keyed> before = read(fixture);
        fixture.directory().compactor().cleanDue();
        List<Keyed> after = read(fixture);
        assertThat(after).hasSizeLessThan(before.size() / 2);
        fixture.kill();
        return new Expected(before, after);
    }

    /** All rounds but the last are compacted, so that replaced files of that time still stand. */
    private static void prepare(LogFixture fixture, int rounds) {
        for (int round = 1; round <= rounds; round++) {
            if (round > 1) {
                fixture.directory().compactor().cleanDue();
            }
            fixture.log().reconfigure(LogConfigs.with(fixture.config, "segmentBytes", 1500));
            fill(fixture, round);
            fixture.log().reconfigure(fixture.config);
            fixture.log().flush();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void processThatDiesLeavesTheOldLogOrTheNew(boolean durable) throws IOException {
        Expected expected = expected(1);
        boolean died = true;
        int changes = 0;
        for (; died && changes < MOST_CHANGES; changes++) {
            LogFixture fixture = fixture(changes);
            prepare(fixture, 1);
            if (durable) {
                fixture.reopenCleanly();
                fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
            }
            disk.dieAfter(changes);
            fixture.directory().compactor().cleanDue();
            died = disk.isDead();
            fixture.kill();
            disk.reviveAll();
            fixture.reopen();
            fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
            check(fixture, expected, "died after " + changes);
            fixture.log().flush();
            fixture.directory().compactor().cleanDue();
            assertThat(read(fixture)).as("compacted after " + changes).isEqualTo(expected.after);
            fixture.kill();
        }
        assertThat(changes).isBetween(25, MOST_CHANGES - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void refusedChangeLeavesTheOldLogOrTheNew(int rounds) throws IOException {
        Expected expected = expected(rounds);
        for (int changes = 0; changes < 60; changes++) {
            LogFixture fixture = fixture(changes);
            prepare(fixture, rounds);
            disk.refuseAfter(changes);
            fixture.directory().compactor().cleanDue();
            disk.reviveAll();
            check(fixture, expected, "refused after " + changes);
            fixture.reopenAfterKill();
            fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
            check(fixture, expected, "refused and killed after " + changes);
            fixture.kill();
        }
    }

    private static void check(LogFixture fixture, Expected expected, String when)
            throws IOException {
        List<Keyed> now = read(fixture);
        assertThat(now.equals(expected.before) || now.equals(expected.after))
                .as(() -> when + ": " + now.size() + " records of " + expected.before.size())
                .isTrue();
        assertThat(fixture.log().damagedBatches()).as(when).isZero();
        for (int index : IntStream.range(0, now.size()).filter(i -> i % 7 == 0).toArray()) {
            assertThat(Keyed.read(fixture.log(), now.get(index).offset(), 300))
                    .as(when)
                    .isEqualTo(now.subList(index, now.size()));
        }
        try (Stream<Path> files = Files.list(fixture.partitionFolder())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as(when)
                    .noneMatch(name -> name.endsWith(".cleaned") || name.endsWith(".swap"));
        }
    }
}
