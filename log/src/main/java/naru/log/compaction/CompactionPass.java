package naru.log.compaction;

import naru.log.LogConfig;
import naru.log.segment.CleanedSegment;
import naru.log.segment.Segment;
import naru.wire.RecordStream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One pass over one log: reads the dirty part, then copies the segments up to where the map of keys
 * reaches.
 *
 * <p>Threads: one. Faults: {@link naru.wire.BrokenRecordsException} for a batch that is damaged;
 * copies that were finished before stay.
 */
final class CompactionPass {
    /** Bounds how long the log's lock is held for renames. */
    private static final int MOST_SOURCES = 16;

    /** What a pass may use. */
    record Means(
            CompactionSettings settings,
            KeyHash hash,
            Throttle throttle,
            CompactionStats stats,
            BooleanSupplier wanted) {}

    private final CompactableLog log;
    private final CleanableRange range;
    private final long nowMillis;
    private final Means means;
    private final RecordStream records = new RecordStream();
    private final ByteBuffer readBuffer;
    private final ByteBuffer writeBuffer;

    CompactionPass(CompactableLog log, CleanableRange range, long nowMillis, Means means) {
        this.log = log;
        this.range = range;
        this.nowMillis = nowMillis;
        this.means = means;
        CompactionSettings settings = means.settings();
        int half =
                Math.max(16 << 10, settings.ioBufferBytes() / Math.max(1, settings.threads()) / 2);
        this.readBuffer = ByteBuffer.allocate(half);
        this.writeBuffer = ByteBuffer.allocate(half);
    }

    /** Cleans; answers the offset up to which nothing is dirty any more. */
    long run() throws IOException {
        CompactionSettings settings = means.settings();
        long mapBytes = settings.dedupeBufferBytes() / Math.max(1, settings.threads());
        try (OffsetMap map = new OffsetMap(mapBytes, settings.loadFactor());
                RecordStream stream = records) {
            boolean all = fill(map, stream);
            if (map.latestOffset() >= 0) {
                copy(map);
            }
            return all ? range.endOffset() : map.latestOffset() + 1;
        }
    }

    /** Notes the keys of the dirty part; false when the map was full before its end. */
    private boolean fill(OffsetMap map, RecordStream stream) throws IOException {
        Segment[] all = log.segments();
        TransactionFilter transactions = new TransactionFilter();
        KeyReader keys =
                new KeyReader(map, means.hash(), stream, transactions, range.dirtyOffset());
        for (int i = 0; i + 1 < all.length && all[i].baseOffset() < range.endOffset(); i++) {
            long end = all[i + 1].baseOffset();
            if (end > range.dirtyOffset() && all[i].sizeBytes() > 0) {
                transactions.expect(log.aborted(all[i].baseOffset(), end));
                BatchSource source = new BatchSource(readBuffer, all[i], end);
                while (next(source)) {
                    if (!keys.read(source.buffer(), source.at())) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private boolean next(BatchSource source) throws IOException {
        if (!means.wanted().getAsBoolean()) {
            throw new CompactionStoppedException();
        }
        if (!source.next()) {
            return false;
        }
        means.stats().read(source.batchBytes());
        means.throttle().spend(source.batchBytes(), means.wanted());
        return true;
    }

    private void copy(OffsetMap map) throws IOException {
        Segment[] all = log.segments();
        long upper = map.latestOffset() + 1;
        TransactionFilter transactions = new TransactionFilter();
        BatchFilter filter =
                new BatchFilter(
                        new BatchFilter.Terms(
                                map,
                                log.lastBatches(),
                                transactions,
                                upper,
                                nowMillis,
                                log.config().compaction().deleteRetentionMillis()),
                        means.hash(),
                        records);
        @Nullable Group group = null;
        try {
            for (int i = 0; i + 1 < all.length && all[i].baseOffset() < upper; i++) {
                long end = all[i + 1].baseOffset();
                if (group != null && !group.takes(all[i], end)) {
                    Group full = group;
                    group = null;
                    full.finish();
                }
                if (group == null) {
                    group = new Group(all[i].baseOffset(), transactions, filter);
                }
                transactions.expect(log.aborted(all[i].baseOffset(), end));
                group.add(all[i], end);
            }
            if (group != null) {
                Group last = group;
                group = null;
                last.finish();
            }
        } finally {
            if (group != null) {
                group.copy.discard();
            }
        }
    }

    /** Segments that are copied into one. */
    private final class Group {
        private final List<Segment> sources = new ArrayList<>();
        private final BatchFilter filter;
        private final CleanedSegment copy;
        private long sourceBytes;
        private boolean changed;

        Group(long baseOffset, TransactionFilter transactions, BatchFilter filter)
                throws IOException {
            this.filter = filter;
            this.copy =
                    new CleanedSegment(
                            log.context(),
                            baseOffset,
                            log.config().indexIntervalBytes(),
                            writeBuffer);
            transactions.copyTo(copy.transactions());
        }

        /** Whether the next segment fits, even if all of it stays. */
        boolean takes(Segment next, long endOffset) throws IOException {
            LogConfig config = log.config();
            long indexBytes = (long) copy.indexBytes() + next.indexBytes();
            return sources.size() < MOST_SOURCES
                    && (long) copy.sizeBytes() + next.sizeBytes() <= config.segmentBytes()
                    && indexBytes <= config.segmentIndexBytes()
                    && endOffset - copy.baseOffset() <= Integer.MAX_VALUE;
        }

        void add(Segment segment, long end) throws IOException {
            sources.add(segment);
            sourceBytes += segment.sizeBytes();
            if (segment.sizeBytes() == 0) {
                return;
            }
            BatchSource source = new BatchSource(readBuffer, segment, end);
            while (next(source)) {
                int before = copy.sizeBytes();
                changed |= filter.copy(source.buffer(), source.at(), copy);
                means.throttle().spend(copy.sizeBytes() - before, means.wanted());
            }
        }

        void finish() throws IOException {
            if (sources.size() == 1 && !changed) {
                copy.discard();
                return;
            }
            boolean replaced = false;
            try {
                copy.finish(sources.getLast().fileModifiedMillis());
                replaced = true;
            } finally {
                if (!replaced) {
                    copy.discard();
                }
            }
            if (!log.replace(sources, copy, means.wanted())) {
                copy.discard();
                throw new CompactionStoppedException();
            }
            means.stats().replaced(sourceBytes, copy.sizeBytes());
        }
    }
}
