package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.AppendOutcome.Appended;
import naru.log.Keyed.Writer;
import naru.log.LogConfig.Compaction;
import naru.log.compaction.CompactionSettings;
import naru.log.disk.DyingDisk;

import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Random histories of a compacted log beside a plain model: records, tombstones, transactions, all
 * codecs, many segments, and a process that dies between any two changes of the file system. The
 * seed is the parameter that a failure names.
 */
class CompactionHistoryTest {
    private static final int STEPS = 60;
    private static final long RETENTION = 5_000;

    @TempDir Path folder;

    private final DyingDisk disk = new DyingDisk();
    private final List<String> history = new ArrayList<>();

    /** Every record that was acknowledged and not aborted, by offset. */
    private final TreeMap<Long, Keyed> acknowledged = new TreeMap<>();

    /** Records of the open transaction of each producer. */
    private final Map<Long, List<Keyed>> open = new HashMap<>();

    private final Map<Long, Integer> sequences = new HashMap<>();
    private Random random = new Random(0);

    static LongStream seeds() {
        String wanted = System.getProperty("naru.seed");
        return wanted == null ? LongStream.range(0, 60) : LongStream.of(Long.parseLong(wanted));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void latestValueOfEachKeySurvivesWhateverHappens(long seed) throws IOException {
        random = new Random(seed);
        LogFixture fixture = new LogFixture(folder, config(), disk);
        CompactionSettings settings =
                new CompactionSettings(
                        true, 1, 24L * (20 + random.nextInt(200)), 0.9, 1000, 1e12, 1000);
        fixture.reopenWith(options -> options.withCompaction(() -> settings));
        for (int step = 0; step < STEPS; step++) {
            fixture.clock.advance(random.nextInt(1000));
            step(fixture);
            check(fixture);
        }
        fixture.directory().close();
    }

    private LogConfig config() {
        LogConfig config =
                LogConfigs.change(600 + random.nextInt(3000), 50 + random.nextInt(400), -1, -1);
        config = LogConfigs.with(config, "compactEnabled", true);
        config = LogConfigs.with(config, "deleteEnabled", false);
        long minLag = random.nextInt(3) == 0 ? 3_000 : 0;
        return LogConfigs.with(
                config, "compaction", new Compaction(0.01, minLag, Long.MAX_VALUE, RETENTION));
    }

    private void step(LogFixture fixture) {
        int kind = random.nextInt(100);
        if (kind < 50) {
            appendBatch(fixture, Writer.NOBODY);
        } else if (kind < 70) {
            transaction(fixture);
        } else if (kind < 82) {
            history.add("compact");
            fixture.directory().runBackground();
            assertThat(fixture.directory().compactor().uncleanable()).as(this::story).isEmpty();
        } else if (kind < 86) {
            int changes = random.nextInt(60);
            history.add("refuse one change after " + changes);
            fixture.log().flush();
            disk.refuseAfter(changes);
            fixture.directory().compactor().cleanDue();
            disk.reviveAll();
            fixture.clock.advance(61_000);
        } else if (kind < 92) {
            dieWhileCompacting(fixture);
        } else if (kind < 96) {
            history.add("kill");
            fixture.reopenAfterKill();
            fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
        } else {
            history.add("close and open");
            fixture.reopenCleanly();
        }
    }

    private void appendBatch(LogFixture fixture, Writer writer) {
        List<Keyed> records = new ArrayList<>();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            String key = "k" + random.nextInt(25);
            boolean tombstone = random.nextInt(4) == 0;
            String value = "v" + random.nextInt(100) + "x".repeat(random.nextInt(120));
            records.add(Keyed.of(key, tombstone ? null : value, fixture.clock.millis()));
        }
        CompressionType codec = CompressionType.forId(random.nextInt(5));
        long base = fixture.append(Keyed.batch(codec, writer, records)).baseOffset();
        for (int i = 0; i < records.size(); i++) {
            Keyed record = records.get(i).at(base + (long) i);
            if (writer.transactional()) {
                open.computeIfAbsent(writer.producerId(), id -> new ArrayList<>()).add(record);
            } else {
                acknowledged.put(record.offset(), record);
            }
        }
        sequences.merge(writer.producerId(), records.size(), Integer::sum);
        history.add("append " + records.size() + " at " + base + " " + codec + " " + writer);
    }

    private void transaction(LogFixture fixture) {
        long producer = 1L + random.nextInt(3);
        int sequence = sequences.getOrDefault(producer, 0);
        Writer writer = new Writer(producer, (short) 0, sequence, true);
        if (!open.containsKey(producer) || random.nextInt(2) == 0) {
            appendBatch(fixture, writer);
            return;
        }
        boolean abort = random.nextBoolean();
        ByteBuffer marker = Keyed.marker(writer, abort, fixture.clock.millis());
        assertThat(fixture.log().appendAsLeader(marker, 0, Origin.COORDINATOR))
                .isInstanceOf(Appended.class);
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
        List<Keyed> records = open.remove(producer);
        if (!abort) {
            records.forEach(record -> acknowledged.put(record.offset(), record));
        }
        history.add((abort ? "abort " : "commit ") + producer);
    }

    private void dieWhileCompacting(LogFixture fixture) {
        for (int i = 0; i < 10; i++) {
            appendBatch(fixture, Writer.NOBODY);
        }
        int changes = 1 + random.nextInt(30);
        fixture.log().flush();
        disk.dieAfter(changes);
        boolean dead;
        try {
            fixture.directory().compactor().cleanDue();
        } finally {
            dead = disk.isDead();
            disk.reviveAll();
        }
        history.add("die after " + changes + " changes: " + dead);
        if (random.nextInt(3) == 0) {
            disk.dieAfter(random.nextInt(8));
            fixture.kill();
            reopenAndDie(fixture);
            disk.reviveAll();
        } else {
            fixture.kill();
        }
        fixture.reopen();
        fixture.log().advanceHighWatermark(fixture.log().logEndOffset());
        history.add("opened: " + names(fixture));
    }

    /** The mending of what was left is itself cut short. */
    private void reopenAndDie(LogFixture fixture) {
        try {
            fixture.reopen();
            fixture.kill();
        } catch (NullPointerException | LogStorageException offline) {
            history.add("died while opening");
            fixture.directory().crash();
        }
    }

    private static String names(LogFixture fixture) {
        try (Stream<Path> files = Files.list(fixture.partitionFolder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().toString();
        } catch (IOException refusal) {
            return refusal.toString();
        }
    }

    private void check(LogFixture fixture) {
        PartitionLog log = fixture.log();
        long stable = log.lastStableOffset();
        List<Keyed> all = Keyed.read(log, 0, 100 + random.nextInt(2000));
        assertThat(log.damagedBatches()).as(this::story).isZero();
        assertThat(all)
                .as(this::story)
                .isSortedAccordingTo(Comparator.comparingLong(Keyed::offset));
        List<Keyed> committed =
                all.stream().filter(record -> acknowledged.containsKey(record.offset())).toList();
        for (Keyed record : committed) {
            assertThat(record).as(this::story).isEqualTo(acknowledged.get(record.offset()));
        }
        assertThat(latest(committed, stable))
                .as(this::story)
                .isEqualTo(latest(List.copyOf(acknowledged.values()), stable));
        checkAborted(log, all, stable);
        for (List<Keyed> pending : open.values()) {
            assertThat(all).as(this::story).containsAll(pending);
        }
        if (!all.isEmpty()) {
            int index = random.nextInt(all.size());
            assertThat(Keyed.read(log, all.get(index).offset(), 500))
                    .as(this::story)
                    .isEqualTo(all.subList(index, all.size()));
        }
    }

    /** Of records that were aborted and are still there, the index tells the reader. */
    private void checkAborted(PartitionLog log, List<Keyed> all, long stable) {
        boolean aborted =
                all.stream()
                        .anyMatch(record ->
                                record.offset() < stable
                                        && !acknowledged.containsKey(record.offset()));
        if (aborted) {
            assertThat(log.abortedTransactions(0, stable)).as(this::story).isNotEmpty();
        }
    }

    /** The last value of each key that has one; a tombstone, there or gone, is none. */
    private static Map<String, String> latest(List<Keyed> records, long stable) {
        Map<String, String> values = new TreeMap<>();
        for (Keyed record : records) {
            if (record.offset() < stable) {
                @Nullable String value = record.value();
                if (value == null) {
                    values.remove(String.valueOf(record.key()));
                } else {
                    values.put(String.valueOf(record.key()), record.offset() + "=" + value);
                }
            }
        }
        return values;
    }

    private String story() {
        return String.join("\n", history);
    }
}
