package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.LogFixture.Seen;
import naru.log.disk.FaultyDisk;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/**
 * Random histories of a log beside a plain list of records: after every step a reader sees what the
 * list has. The seed is the parameter that a failure names.
 */
class LogHistoryTest {
    private static final int STEPS = 120;

    @TempDir Path folder;

    private Random random = new Random(0);
    private final FaultyDisk disk = new FaultyDisk();
    private final List<Seen> model = new ArrayList<>();
    private final List<String> history = new ArrayList<>();

    static LongStream seeds() {
        String wanted = System.getProperty("naru.seed");
        return wanted == null ? LongStream.range(0, 40) : LongStream.of(Long.parseLong(wanted));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readersSeeWhatTheModelHas(long seed) throws IOException {
        random = new Random(seed);
        LogConfig config =
                LogConfigs.with(
                        LogConfigs.change(
                                1500 + random.nextInt(6000),
                                100 + random.nextInt(1000),
                                8000,
                                3_600_000),
                        "ackFsync",
                        seed % 2 == 1);
        LogFixture fixture = new LogFixture(folder, config, disk);
        TransactionModel producers = new TransactionModel(random);
        for (int step = 0; step < STEPS; step++) {
            step(fixture, producers);
            check(fixture, producers);
        }
        fixture.directory().close();
    }

    private void step(LogFixture fixture, TransactionModel producers) throws IOException {
        int kind = random.nextInt(100);
        fixture.clock.advance(random.nextInt(2000));
        if (kind < 55) {
            appendPlain(fixture);
        } else if (kind < 75) {
            history.add("producer");
            producers.step(fixture, model);
        } else if (kind < 80) {
            truncate(fixture, producers);
        } else if (kind < 84) {
            long end = fixture.log().logEndOffset();
            long start = fixture.log().logStartOffset();
            long offset = start + (long) (random.nextDouble() * (end - start) / 2);
            history.add("delete records below " + offset);
            fixture.log().advanceLogStartOffset(offset);
            model.removeIf(record -> record.offset() < offset);
        } else if (kind < 88) {
            history.add("retention");
            fixture.log().applyRetention(fixture.clock.millis());
            long start = fixture.log().logStartOffset();
            model.removeIf(record -> record.offset() < start);
        } else if (kind < 92) {
            history.add("background");
            fixture.directory().runBackground();
        } else if (kind < 94) {
            history.add("close and open");
            fixture.reopenCleanly();
        } else if (kind < 97) {
            history.add("kill and open");
            keepStart(fixture, fixture::reopenAfterKill);
        } else {
            cutPower(fixture, producers);
        }
    }

    private void appendPlain(LogFixture fixture) {
        String[] values = new String[1 + random.nextInt(5)];
        for (int i = 0; i < values.length; i++) {
            values[i] = "v" + random.nextInt(1000) + "x".repeat(random.nextInt(200));
        }
        ByteBuffer batch = Batches.of(fixture.clock.millis(), values);
        long base = fixture.append(batch).baseOffset();
        for (int i = 0; i < values.length; i++) {
            model.add(new Seen(base + i, values[i]));
        }
        history.add("append " + values.length + " at " + base);
    }

    private void truncate(LogFixture fixture, TransactionModel producers) {
        long end = fixture.log().logEndOffset();
        List<Seen> boundaries =
                model.stream().filter(record -> record.offset() > end - 30).toList();
        if (boundaries.isEmpty()) {
            return;
        }
        long wanted = boundaries.get(random.nextInt(boundaries.size())).offset();
        long offset = batchStart(fixture, wanted);
        if (offset < fixture.log().logStartOffset()) {
            return;
        }
        history.add("truncate to " + offset);
        fixture.log().truncateTo(offset);
        model.removeIf(record -> record.offset() >= offset);
        producers.tookBack();
    }

    /** Truncations happen between batches. */
    private static long batchStart(LogFixture fixture, long offset) {
        ReadOutcome.Found found =
                (ReadOutcome.Found)
                        fixture.log().read(offset, fixture.log().logEndOffset(), 1, true);
        return LogFixture.records(found.slice()).getFirst().offset();
    }

    /** A log start offset that was not written yet may be lower after a crash; not the records. */
    private void keepStart(LogFixture fixture, Runnable crash) {
        long start = fixture.log().logStartOffset();
        crash.run();
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
        fixture.log().advanceLogStartOffset(start);
    }

    private void cutPower(LogFixture fixture, TransactionModel producers) throws IOException {
        boolean sync = random.nextBoolean();
        if (sync) {
            fixture.log().flush();
        }
        long durable = fixture.log().durableOffset();
        long before = fixture.log().logEndOffset();
        long start = fixture.log().logStartOffset();
        fixture.kill();
        disk.cutPower(random);
        fixture.reopen();
        long end = fixture.log().logEndOffset();
        history.add("power cut, durable " + durable + ", end " + before + " now " + end);
        assertThat(end).as(this::story).isBetween(durable, before);
        fixture.log().advanceHighWatermark(end);
        fixture.log().advanceLogStartOffset(start);
        keepWhatSurvived(fixture, durable);
        producers.tookBack();
    }

    /** Any batch that was not synced may be lost, none that was. */
    private void keepWhatSurvived(LogFixture fixture, long durable) {
        List<Seen> survived = fixture.readAll(0, 1 << 20);
        if (!survived.isEmpty()) {
            assertThat(model).as(this::story).containsSubsequence(survived);
        }
        assertThat(survived)
                .as(this::story)
                .containsAll(model.stream().filter(record -> record.offset() < durable).toList());
        model.clear();
        model.addAll(survived);
    }

    private void check(LogFixture fixture, TransactionModel producers) {
        PartitionLog log = fixture.log();
        int maxBytes = 50 + random.nextInt(3000);
        assertThat(fixture.readAll(0, maxBytes)).as(this::story).isEqualTo(model);
        assertThat(log.damagedBatches()).as(this::story).isZero();
        assertThat(log.logStartOffset()).isLessThanOrEqualTo(log.lastStableOffset());
        assertThat(log.lastStableOffset()).isLessThanOrEqualTo(log.highWatermark());
        if (!model.isEmpty()) {
            Seen one = model.get(random.nextInt(model.size()));
            assertThat(fixture.readAll(one.offset(), maxBytes))
                    .as(this::story)
                    .isEqualTo(model.subList(model.indexOf(one), model.size()));
        }
        producers.check(log, this::story);
    }

    private String story() {
        return String.join("\n", history);
    }
}
