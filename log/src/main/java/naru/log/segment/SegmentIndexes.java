package naru.log.segment;

import naru.log.segment.SparseIndex.Layout;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * The offset index and the time index of one segment, and what they say of its timestamps. Loaded
 * when they are first needed; made anew from the batches when a file is missing or cannot be right.
 *
 * <p>Threads: changed under the log's lock, searched by any; loading takes the monitor.
 */
final class SegmentIndexes {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentIndexes.class);

    /** Entries that are made outside of an append stand so far apart. */
    private static final int REBUILD_INTERVAL_BYTES = 4096;

    private final Segment segment;
    private final SegmentContext context;
    private final long baseOffset;
    private volatile @Nullable SparseIndex offsets;
    private volatile @Nullable SparseIndex times;
    private int bytesSinceEntry;

    private long lastTimeEntry = -1;

    /** What follows is known once {@link #loadTimes} has run. */
    private boolean timesLoaded;

    private long maxTimestamp = -1;
    private long maxTimestampOffset = -1;
    private long firstTimestamp = -1;

    SegmentIndexes(Segment segment) {
        this.segment = segment;
        this.context = segment.context();
        this.baseOffset = segment.baseOffset();
    }

    /** The segment is new and has no entries yet. */
    void begin() {
        timesLoaded = true;
        offsets = empty(Layout.OFFSET);
        times = empty(Layout.TIME);
    }

    private SparseIndex empty(Layout layout) {
        return SparseIndex.empty(context.disk(), file(layout), layout);
    }

    private Path file(Layout layout) {
        return segment.path(
                layout == Layout.OFFSET ? SegmentFiles.OFFSET_INDEX : SegmentFiles.TIME_INDEX);
    }

    SparseIndex offsets() throws IOException {
        SparseIndex index = offsets;
        return index != null ? index : load(Layout.OFFSET);
    }

    SparseIndex times() throws IOException {
        SparseIndex index = times;
        return index != null ? index : load(Layout.TIME);
    }

    private synchronized SparseIndex load(Layout wanted) throws IOException {
        if (offsets == null || times == null) {
            SparseIndex offsetIndex = stored(Layout.OFFSET);
            SparseIndex timeIndex = stored(Layout.TIME);
            if (offsetIndex == null || timeIndex == null) {
                LOG.warn("{}: its index is missing or damaged and is made anew", segment.file());
                rebuild(REBUILD_INTERVAL_BYTES);
            } else {
                offsets = offsetIndex;
                times = timeIndex;
            }
        }
        return Objects.requireNonNull(wanted == Layout.OFFSET ? offsets : times);
    }

    /** The index as the file has it, or null when the file cannot be right. */
    private @Nullable SparseIndex stored(Layout layout) throws IOException {
        Path file = file(layout);
        if (!context.disk().exists(file)) {
            return segment.sizeBytes() == 0 ? empty(layout) : null;
        }
        long fileBytes;
        try (FileChannel open = context.disk().open(file, StandardOpenOption.READ)) {
            fileBytes = open.size();
        }
        SparseIndex index = SparseIndex.stored(context.disk(), file, fileBytes, layout);
        SparseIndex.Entry last = index == null ? null : index.last();
        if (index == null || last == null) {
            return index;
        }
        SparseIndex.Entry first = index.at(0);
        boolean rising =
                index.count() == 1
                        || (first != null
                                && first.key() < last.key()
                                && first.value() < last.value());
        return rising && sane(layout, last) ? index : null;
    }

    private boolean sane(Layout layout, SparseIndex.Entry last) {
        long key = last.key();
        int value = last.value();
        long offset = baseOffset + (layout == Layout.OFFSET ? key : value);
        boolean positive = layout == Layout.OFFSET ? key > 0 && value > 0 : key >= 0 && value >= 0;
        boolean inFile = layout == Layout.TIME || value < segment.sizeBytes();
        return positive && inFile && offset < segment.nextOffset();
    }

    /** Walks the whole segment and makes its indexes, and the list of what is damaged, anew. */
    synchronized void rebuild(int intervalBytes) throws IOException {
        close();
        IndexBuilder builder = builder(intervalBytes);
        segment.scan(0, baseOffset, builder::note);
        if (segment.isSealed()) {
            builder.finish();
            builder.offsets().seal();
            builder.times().seal();
        }
        offsets = builder.offsets();
        times = builder.times();
        lastTimeEntry = builder.lastTimeEntry();
        bytesSinceEntry = builder.bytesSinceEntry();
    }

    private IndexBuilder builder(int intervalBytes) throws IOException {
        context.disk().delete(file(Layout.OFFSET));
        context.disk().delete(file(Layout.TIME));
        return new IndexBuilder(
                baseOffset, intervalBytes, empty(Layout.OFFSET), empty(Layout.TIME));
    }

    /**
     * Indexes that recovery goes on to fill: the entries below the recovery point if the files have
     * them and the last leads to a sound batch, else none.
     */
    IndexBuilder resume(long recoveryPoint, int intervalBytes) throws IOException {
        if (recoveryPoint > baseOffset) {
            SparseIndex offsetIndex = stored(Layout.OFFSET);
            SparseIndex timeIndex = stored(Layout.TIME);
            if (offsetIndex != null && timeIndex != null) {
                offsetIndex.truncate(recoveryPoint - baseOffset, true);
                timeIndex.truncate(recoveryPoint - baseOffset, false);
                SparseIndex.Entry last = offsetIndex.last();
                if (last != null && segment.soundAt(last.value())) {
                    IndexBuilder builder =
                            new IndexBuilder(baseOffset, intervalBytes, offsetIndex, timeIndex);
                    builder.resume(timeIndex.last());
                    return builder;
                }
            }
        }
        return builder(intervalBytes);
    }

    void recovered(IndexBuilder builder) throws IOException {
        builder.finish();
        builder.offsets().seal();
        builder.times().seal();
        offsets = builder.offsets();
        times = builder.times();
        timesLoaded = false;
    }

    /** Takes a batch in that was just written. */
    void note(int position, int size, long lastOffset, long timestamp, int intervalBytes)
            throws IOException {
        if (firstTimestamp < 0) {
            firstTimestamp = timestamp;
        }
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceEntry > intervalBytes) {
            offsets().add(lastOffset - baseOffset, position);
            noteTime();
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += size;
    }

    private void noteTime() throws IOException {
        if (maxTimestamp > lastTimeEntry) {
            times().add(maxTimestamp, (int) (maxTimestampOffset - baseOffset));
            lastTimeEntry = maxTimestamp;
        }
    }

    /** Whether one more entry fits the size that index files may have. */
    boolean hasRoom(int indexBytes) throws IOException {
        return offsets().count() < indexBytes / Layout.OFFSET.entryBytes
                && times().count() < indexBytes / Layout.TIME.entryBytes - 1;
    }

    /** Writes the indexes as a closed segment has them. */
    void seal() throws IOException {
        loadTimes();
        if (maxTimestamp >= 0) {
            noteTime();
        }
        offsets().seal();
        times().seal();
    }

    /** Writes the index entries that recovery would else have to make again. */
    void store() throws IOException {
        offsets().store();
        times().store();
    }

    /** A segment without offset entries is short: what its time index has is found by a scan. */
    void force() throws IOException {
        if (offsets().count() > 0) {
            offsets().force();
            times().force();
        }
    }

    /** Removes the entries of batches at or behind the position and offset. */
    void truncate(int position, long offset) throws IOException {
        offsets().truncate(position, false);
        times().truncate(offset - baseOffset, false);
    }

    /** The segment, as it stands on the disk, is appended to from now on. */
    void reopen() throws IOException {
        timesLoaded = false;
        loadTimes();
        SparseIndex.Entry last = offsets().last();
        bytesSinceEntry = segment.sizeBytes() - (last == null ? 0 : last.value());
    }

    /** Reads the largest timestamp from the time index and what stands behind its last entry. */
    private void loadTimes() throws IOException {
        if (timesLoaded) {
            return;
        }
        SparseIndex.Entry last = times().last();
        lastTimeEntry = last == null ? -1 : last.key();
        SparseIndex.Entry believed = offsets().count() == 0 ? null : last;
        maxTimestamp = believed == null ? -1 : believed.key();
        maxTimestampOffset = believed == null ? -1 : baseOffset + believed.value();
        firstTimestamp = -1;
        if (segment.sizeBytes() > 0) {
            SparseIndex.Entry position = offsets().last();
            BatchCursor cursor = context.cursors().borrow();
            try {
                cursor.over(segment.channel(), false);
                if (cursor.load(0, segment.sizeBytes())) {
                    firstTimestamp = cursor.maxTimestamp();
                }
                scanTimes(cursor, position == null ? 0 : position.value());
            } finally {
                context.cursors().giveBack(cursor);
            }
        }
        timesLoaded = true;
    }

    private void scanTimes(BatchCursor cursor, int from) throws IOException {
        int size = segment.sizeBytes();
        for (long at = from;
                cursor.load(at, size) && cursor.plausible(size, baseOffset, segment.nextOffset());
                at = cursor.endPosition()) {
            if (cursor.maxTimestamp() > maxTimestamp) {
                maxTimestamp = cursor.maxTimestamp();
                maxTimestampOffset = cursor.lastOffset();
            }
        }
    }

    /** Loads all that a reader may ask for, and keeps the files open. */
    void pin() throws IOException {
        offsets().pin();
        times().pin();
    }

    synchronized long maxTimestamp() throws IOException {
        loadTimes();
        return maxTimestamp;
    }

    /** Timestamp of the first batch, or -1 when there is none. */
    synchronized long firstTimestamp() throws IOException {
        loadTimes();
        return firstTimestamp;
    }

    synchronized void close() throws IOException {
        SparseIndex offsetIndex = offsets;
        SparseIndex timeIndex = times;
        if (offsetIndex != null) {
            offsetIndex.close();
        }
        if (timeIndex != null) {
            timeIndex.close();
        }
    }
}
