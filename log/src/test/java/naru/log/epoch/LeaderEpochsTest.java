package naru.log.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.log.EpochEnd;
import naru.log.checkpoint.CorruptFileException;
import naru.log.disk.LocalDisk;
import naru.log.epoch.LeaderEpochs.EpochStart;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

final class LeaderEpochsTest {
    @TempDir Path folder;

    @Test
    void anEpochReplacesThoseThatWereNeverCommitted() {
        LeaderEpochs epochs = new LeaderEpochs();
        assertThat(epochs.assign(1, 0)).isTrue();
        assertThat(epochs.assign(2, 10)).isTrue();
        assertThat(epochs.assign(2, 12)).isFalse();
        assertThat(epochs.assign(4, 20)).isTrue();
        assertThat(epochs.assign(3, 15)).isTrue();
        assertThat(epochs.starts())
                .containsExactly(
                        new EpochStart(1, 0), new EpochStart(2, 10), new EpochStart(3, 15));
    }

    @Test
    void whatTheRecordsSayHolds() {
        LeaderEpochs epochs = new LeaderEpochs();
        epochs.assign(1, 0);
        epochs.assign(2, 10);
        epochs.assign(5, 20);
        epochs.found(1, 9);
        epochs.found(2, 15);
        epochs.found(3, 17);
        epochs.found(5, 25);
        assertThat(epochs.starts())
                .containsExactly(
                        new EpochStart(1, 0),
                        new EpochStart(2, 10),
                        new EpochStart(3, 17),
                        new EpochStart(5, 20));
        epochs.found(4, 20);
        assertThat(epochs.starts())
                .containsExactly(
                        new EpochStart(1, 0),
                        new EpochStart(2, 10),
                        new EpochStart(3, 17),
                        new EpochStart(4, 20));
        epochs.found(1, 12);
        assertThat(epochs.starts()).containsExactly(new EpochStart(1, 0));
    }

    @Test
    void endOffsetsFollowKip279() {
        LeaderEpochs epochs = new LeaderEpochs();
        assertThat(epochs.endOffsetFor(1, 30)).isEqualTo(new EpochEnd(-1, -1));
        epochs.assign(2, 5);
        epochs.assign(4, 20);
        assertThat(epochs.endOffsetFor(1, 30)).isEqualTo(new EpochEnd(1, 5));
        assertThat(epochs.endOffsetFor(2, 30)).isEqualTo(new EpochEnd(2, 20));
        assertThat(epochs.endOffsetFor(3, 30)).isEqualTo(new EpochEnd(2, 20));
        assertThat(epochs.endOffsetFor(4, 30)).isEqualTo(new EpochEnd(4, 30));
        assertThat(epochs.endOffsetFor(5, 30)).isEqualTo(new EpochEnd(-1, -1));
        assertThat(epochs.endOffsetFor(-1, 30)).isEqualTo(new EpochEnd(-1, -1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomHistoriesAgreeWithKafkasCacheInMemoryAndOnDisk(long seed) throws IOException {
        Random random = new Random(seed);
        LeaderEpochCheckpointFile file =
                new LeaderEpochCheckpointFile(
                        LeaderEpochCheckpointFile.newFile(folder.toFile()),
                        new LogDirFailureChannel(1));
        LeaderEpochFileCache kafkas =
                new LeaderEpochFileCache(new TopicPartition("t", 0), file, new InlineScheduler());
        LeaderEpochs ours = new LeaderEpochs();
        for (int step = 0; step < 400; step++) {
            int epoch = random.nextInt(5) + step / 10;
            long offset = (long) random.nextInt(20) + step;
            switch (random.nextInt(8)) {
                case 0 -> {
                    kafkas.truncateFromEndAsyncFlush(offset);
                    ours.truncateFromEnd(offset);
                }
                case 1 -> {
                    kafkas.truncateFromStartAsyncFlush(offset - 15);
                    ours.truncateFromStart(offset - 15);
                }
                default -> {
                    kafkas.assign(epoch, offset);
                    ours.assign(epoch, offset);
                }
            }
            String at = "seed " + seed + " step " + step;
            assertSame(at, ours, kafkas, offset);
            assertThat(LeaderEpochs.read(new LocalDisk(), folder).starts())
                    .as(at)
                    .isEqualTo(ours.starts());
            byte[] theirs = Files.readAllBytes(folder.resolve(LeaderEpochs.FILE_NAME));
            ours.write(new LocalDisk(), folder, false);
            if (theirs.length > 0) { // Kafka's file is empty until its first change
                assertThat(folder.resolve(LeaderEpochs.FILE_NAME)).as(at).hasBinaryContent(theirs);
            }
        }
    }

    private static void assertSame(
            String at, LeaderEpochs ours, LeaderEpochFileCache kafkas, long around) {
        assertThat(ours.starts())
                .as(at)
                .isEqualTo(
                        kafkas.epochEntries().stream()
                                .map(e -> new EpochStart(e.epoch(), e.startOffset()))
                                .toList());
        assertThat(ours.latest()).as(at).isEqualTo(kafkas.latestEpoch());
        for (long offset = Math.max(0, around - 20); offset < around + 20; offset++) {
            OptionalInt theirs = kafkas.epochForOffset(offset);
            Optional<Integer> expected =
                    theirs.isPresent() ? Optional.of(theirs.getAsInt()) : Optional.empty();
            assertThat(ours.epochFor(offset)).as(at).isEqualTo(expected);
        }
        for (int epoch = -1; epoch < 50; epoch++) {
            Map.Entry<Integer, Long> end = kafkas.endOffsetFor(epoch, 5000);
            assertThat(ours.endOffsetFor(epoch, 5000))
                    .as(at)
                    .isEqualTo(new EpochEnd(end.getKey(), end.getValue()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0\n",
                "1\n0\n",
                "0\n2\n1 0\n",
                "0\nx\n",
                "0\n1\n1\n",
                "0\n1\n1 a\n",
                "0\n1\n-1 5\n",
                "0\n2\n3 0\n2 5\n",
                "0\n1\n1 0\n2 5\n"
            })
    void aDamagedFileIsCorruptAndNothingElse(String content) throws IOException {
        Files.writeString(folder.resolve(LeaderEpochs.FILE_NAME), content);
        assertThatThrownBy(() -> LeaderEpochs.read(new LocalDisk(), folder))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(LeaderEpochs.FILE_NAME);
    }

    @Test
    void aReaderKeepsTheListThatItSaw() {
        LeaderEpochs epochs = new LeaderEpochs();
        epochs.assign(1, 0);
        List<EpochStart> seen = epochs.starts();
        epochs.assign(2, 5);
        epochs.clear();
        assertThat(seen).containsExactly(new EpochStart(1, 0));
    }

    /** Runs what it is given at once. */
    private static final class InlineScheduler implements Scheduler {
        private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

        InlineScheduler() {
            executor.shutdown();
            executor.setRejectedExecutionHandler((task, pool) -> {});
        }

        @Override
        public void startup() {}

        @Override
        public void shutdown() {}

        @Override
        public ScheduledFuture<?> schedule(
                String name, Runnable task, long delayMs, long periodMs) {
            task.run();
            return executor.schedule(() -> {}, 0, TimeUnit.MILLISECONDS);
        }

        @Override
        public void resizeThreadPool(int newSize) {}
    }
}
