package naru.log;

import static org.assertj.core.api.Assertions.assertThat;

import naru.log.AppendOutcome.Appended;
import naru.log.disk.Disk;
import naru.log.disk.LocalDisk;
import naru.log.producer.AppendTerms;
import naru.log.segment.SegmentFiles;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** One data folder without threads of its own and one partition in it, with a clock to be set. */
final class LogFixture {
    static final TopicPartition PARTITION = new TopicPartition("topic", 0);
    static final long START_MILLIS = 1_800_000_000_000L;

    /** A record as a reader saw it. */
    record Seen(long offset, String value) {}

    /** A clock that stands until it is set. */
    static final class SetClock extends Clock {
        private final AtomicLong millis = new AtomicLong(START_MILLIS);

        void advance(long byMillis) {
            millis.addAndGet(byMillis);
        }

        @Override
        public long millis() {
            return millis.get();
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    final Path folder;
    final SetClock clock = new SetClock();
    private final Disk disk;
    LogConfig config;
    private UnaryOperator<LogDirectoryOptions> options = UnaryOperator.identity();
    private LogDirectory directory;
    private PartitionLog log;
    private final Uuid topicId = Uuid.randomUuid();

    LogFixture(Path folder, LogConfig config) {
        this(folder, config, new LocalDisk());
    }

    LogFixture(Path folder, LogConfig config, Disk disk) {
        this.folder = folder;
        this.config = config;
        this.disk = disk;
        directory = openDirectory();
        log = directory.create(PARTITION, topicId, config);
    }

    private LogDirectory openDirectory() {
        return LogDirectory.open(
                options.apply(
                        LogDirectoryOptions.of(folder, Uuid.randomUuid(), partition -> config)
                                .withBackground(false)),
                disk,
                clock);
    }

    /** Closes and opens, from now on with these options. */
    void reopenWith(UnaryOperator<LogDirectoryOptions> changed) {
        options = changed;
        reopenCleanly();
    }

    LogDirectory directory() {
        return directory;
    }

    PartitionLog log() {
        return log;
    }

    Path partitionFolder() {
        return folder.resolve(PARTITION.toString());
    }

    void reopenCleanly() {
        directory.close();
        reopen();
    }

    /** As after kill -9: what was written is in the page cache. */
    void reopenAfterKill() {
        directory.crash();
        reopen();
    }

    /** Lets go of the files as a killed process does; {@link #reopen} comes next. */
    void kill() {
        directory.crash();
    }

    void reopen() {
        directory = openDirectory();
        log = Objects.requireNonNull(directory.log(PARTITION), () -> "" + directory.offline());
    }

    Appended append(String... values) {
        return append(Batches.of(clock.millis(), values));
    }

    Appended append(ByteBuffer batches) {
        AppendOutcome outcome = log.appendAsLeader(batches, 0, Origin.CLIENT, verified(batches));
        assertThat(outcome).isInstanceOf(Appended.class);
        log.advanceHighWatermark(log.logEndOffset());
        return (Appended) outcome;
    }

    /** As when the coordinator of the batch's transaction has agreed. */
    private AppendTerms verified(ByteBuffer batches) {
        int at = batches.position();
        AppendTerms terms =
                log.toBeVerified(
                        RecordBatchLayout.producerId(batches, at),
                        RecordBatchLayout.producerEpoch(batches, at));
        return terms == null ? AppendTerms.UNVERIFIED : terms;
    }

    /** All that a reader sees who reads from the offset to the end, in slices of so many bytes. */
    List<Seen> readAll(long from, int maxBytes) {
        List<Seen> seen = new ArrayList<>();
        long next = Math.max(from, log.logStartOffset());
        while (true) {
            switch (log.read(next, log.logEndOffset(), maxBytes, true)) {
                case ReadOutcome.Found(LogSlice slice) -> {
                    for (Seen record : records(slice)) {
                        if (record.offset() >= next) {
                            seen.add(record);
                        }
                    }
                    assertThat(slice.nextOffset()).isGreaterThan(next);
                    next = slice.nextOffset();
                }
                case ReadOutcome.Nothing() -> {
                    return seen;
                }
                case ReadOutcome.OutOfRange outOfRange ->
                        throw new AssertionError(next + " is out of range: " + outOfRange);
            }
        }
    }

    /** The batches as they are stored, from the log start offset to the end. */
    List<MutableRecordBatch> batches() {
        List<MutableRecordBatch> stored = new ArrayList<>();
        long next = log.logStartOffset();
        while (log.read(next, log.logEndOffset(), 1 << 20, true)
                instanceof ReadOutcome.Found(LogSlice slice)) {
            for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes(slice)).batches()) {
                batch.ensureValid();
                stored.add(batch);
            }
            next = slice.nextOffset();
        }
        return stored;
    }

    /** Base offsets of the segments, by their files. */
    List<Long> segmentFiles() throws IOException {
        try (Stream<Path> files = Files.list(partitionFolder())) {
            return files.map(file -> file.getFileName().toString())
                    .map(name -> SegmentFiles.offsetOf(name, SegmentFiles.LOG))
                    .flatMapToLong(OptionalLong::stream)
                    .sorted()
                    .boxed()
                    .toList();
        }
    }

    static List<Seen> records(LogSlice slice) {
        List<Seen> seen = new ArrayList<>();
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes(slice)).batches()) {
            batch.ensureValid();
            if (batch.isControlBatch()) {
                continue;
            }
            for (Record record : batch) {
                byte[] value = new byte[record.valueSize()];
                record.value().get(value);
                seen.add(new Seen(record.offset(), new String(value, StandardCharsets.UTF_8)));
            }
        }
        return seen;
    }

    static ByteBuffer bytes(LogSlice slice) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
            while (bytes.hasRemaining()) {
                int n = slice.channel().read(bytes, slice.position() + bytes.position());
                assertThat(n).isPositive();
            }
            return bytes.flip();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
