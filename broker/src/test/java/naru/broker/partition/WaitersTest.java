package naru.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.log.AppendOutcome;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.Origin;
import naru.log.PartitionLog;
import naru.log.disk.LocalDisk;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Several threads append to one partition, wait on it, give up waiting, and take its leadership
 * away, as it comes.
 */
@Timeout(120)
class WaitersTest {
    private static final TopicPartition NAME = new TopicPartition("waited", 0);
    private static final int APPENDERS = 3;
    private static final int APPENDS = 400;
    private static final int READERS = 3;

    @TempDir Path folder;
    private LogDirectory logs;
    private PartitionLog log;
    private Partition partition;
    private final AtomicInteger epoch = new AtomicInteger(1);
    private final Queue<Committed> commits = new ConcurrentLinkedQueue<>();
    private final Queue<Reader> readers = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void open() {
        Uuid topicId = Uuid.randomUuid();
        var configs = new TopicConfigs(() -> NodeConfig.parse(Map.of()), () -> OneTopic.NONE);
        logs =
                LogDirectory.open(
                        LogDirectoryOptions.of(
                                folder,
                                Uuid.randomUuid(),
                                any -> configs.effective(any.topic()).log()),
                        new LocalDisk(),
                        Clock.systemUTC());
        log = logs.create(NAME, topicId, configs.effective(NAME.topic()).log());
        partition = new Partition(NAME, topicId, 1, null, Replication.ALONE, leading());
        partition.stand(leading());
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private Standing leading() {
        return new Standing.Leading(log, epoch.get(), List.of(1));
    }

    private static final class Committed implements CommitListener {
        final AtomicInteger answers = new AtomicInteger();

        @Override
        public void onCommitted() {
            answers.incrementAndGet();
        }

        @Override
        public void onLost(Errors error, String message) {
            answers.incrementAndGet();
        }
    }

    /** A reader that has seen all up to an offset, and gives up at times. */
    private static final class Reader implements DataListener {
        final AtomicInteger changes = new AtomicInteger();
        volatile boolean done;

        @Override
        public void onChange() {
            changes.incrementAndGet();
        }

        @Override
        public boolean isDone() {
            return done;
        }
    }

    private static ByteBuffer batch(int number) {
        return MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(new byte[] {(byte) number}))
                .buffer();
    }

    private void append(Random random) {
        for (int i = 0; i < APPENDS; i++) {
            AppendOutcome outcome = partition.append(batch(i), Origin.CLIENT, random.nextBoolean());
            if (outcome instanceof AppendOutcome.Appended appended) {
                Committed committed = new Committed();
                commits.add(committed);
                partition.awaitCommit(appended.lastOffset() + 1, committed);
            }
        }
    }

    /** Each round waits for news behind what was seen, and must be told of them. */
    private void read(Random random, int total) throws InterruptedException {
        long seen = 0;
        while (seen < total) {
            Reader reader = new Reader();
            readers.add(reader);
            if (partition.awaitData(reader, View.REPLICATED, seen)) {
                if (random.nextInt(8) == 0) {
                    reader.done = true;
                } else {
                    awaitChange(reader, seen);
                }
            }
            seen = Math.max(seen, log.highWatermark());
        }
    }

    private void awaitChange(Reader reader, long seen) throws InterruptedException {
        long bound = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (reader.changes.get() == 0) {
            assertThat(System.nanoTime())
                    .as("a reader at %d is told of the end %d", seen, log.highWatermark())
                    .isLessThan(bound);
            Thread.onSpinWait();
        }
    }

    /** Leadership comes and goes; whoever waits meanwhile is sent away. */
    private void changeStanding(Random random) {
        for (int i = 0; i < 50; i++) {
            if (random.nextBoolean()) {
                partition.stand(new Standing.Gone());
            } else {
                epoch.incrementAndGet();
            }
            LockSupport.parkNanos(random.nextInt(200_000));
            partition.stand(leading());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everybodyWhoWaitsIsToldExactlyOnceAndNobodyIsForgotten(long seed) throws Exception {
        Random random = new Random(seed);
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < APPENDERS; i++) {
                Random own = new Random(random.nextLong());
                writing.add(pool.submit(() -> append(own)));
            }
            Random standing = new Random(random.nextLong());
            if (seed % 2 == 0) {
                writing.add(pool.submit(() -> changeStanding(standing)));
            }
            List<Future<?>> reading = new ArrayList<>();
            int total = seed % 2 == 0 ? APPENDS / 2 : APPENDERS * APPENDS;
            for (int i = 0; i < READERS; i++) {
                Random own = new Random(random.nextLong());
                reading.add(
                        pool.submit(() -> {
                            read(own, total);
                            return null;
                        }));
            }
            for (Future<?> each : writing) {
                each.get(60, TimeUnit.SECONDS);
            }
            for (int i = log.highWatermark() < total ? APPENDS : 0; i > 0; i--) {
                partition.append(batch(i), Origin.CLIENT, false);
            }
            for (Future<?> each : reading) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
        partition.stand(new Standing.Gone());
        assertThat(commits)
                .hasSizeGreaterThan(0)
                .allSatisfy(each -> assertThat(each.answers).hasValue(1));
        assertThat(readers)
                .allSatisfy(each -> assertThat(each.changes.get()).isLessThanOrEqualTo(1));
        assertThat(log.highWatermark()).isEqualTo(log.logEndOffset());
    }
}
