package naru.log.segment;

import naru.log.segment.SparseIndex.Layout;
import naru.wire.RecordBatchLayout;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One segment file with its offset and time index.
 *
 * <p>Threads: changed by one thread at a time (the log's lock); size and next offset may be read by
 * any, as may the index entries. A reader that read {@code sizeBytes} before {@code nextOffset}
 * sees no byte of a batch at or above that offset.
 *
 * <p>Invariants: the file holds whole batches up to {@code sizeBytes}; bytes behind are the remains
 * of a write that failed, and are overwritten or cut off.
 */
public final class Segment {
    private static final Logger LOG = LoggerFactory.getLogger(Segment.class);
    private static final int MOST_DAMAGED_RANGES = 1024;

    private final SegmentContext context;
    private final long baseOffset;
    private final Path file;
    private final VerifiedRanges verified = new VerifiedRanges();
    private final ReadHints hints = new ReadHints();
    private final long createdMillis;
    private volatile List<DamagedRange> damaged = List.of();
    private volatile int sizeBytes;
    private volatile long nextOffset;
    private volatile @Nullable FileChannel channel;
    private volatile @Nullable SparseIndex offsets;
    private volatile @Nullable SparseIndex times;
    private volatile boolean sealed;
    private volatile boolean deleted;
    private volatile long modifiedMillis = -1;
    private int bytesSinceIndexEntry;

    /**
     * Largest timestamp and the last offset of its batch; known once {@link #loadTimes} has run.
     */
    private long maxTimestamp = -1;

    private long maxTimestampOffset = -1;
    private long lastTimeEntry = -1;
    private long firstTimestamp = -1;
    private boolean timesLoaded;

    private Segment(SegmentContext context, long baseOffset, int sizeBytes, long nextOffset) {
        this.context = context;
        this.baseOffset = baseOffset;
        this.file = path(SegmentFiles.LOG);
        this.sizeBytes = sizeBytes;
        this.nextOffset = nextOffset;
        this.createdMillis = context.clock().millis();
    }

    /** A segment without data; its files are made when it is written to. */
    public static Segment fresh(SegmentContext context, long baseOffset) {
        Segment segment = new Segment(context, baseOffset, 0, baseOffset);
        segment.timesLoaded = true;
        segment.offsets = segment.emptyIndex(Layout.OFFSET);
        segment.times = segment.emptyIndex(Layout.TIME);
        return segment;
    }

    /** A segment whose file is there; the index files are looked at when they are needed. */
    public static Segment found(
            SegmentContext context, long baseOffset, int sizeBytes, long nextOffset) {
        Segment segment = new Segment(context, baseOffset, sizeBytes, nextOffset);
        segment.sealed = true;
        return segment;
    }

    public long baseOffset() {
        return baseOffset;
    }

    public int sizeBytes() {
        return sizeBytes;
    }

    public long nextOffset() {
        return nextOffset;
    }

    public Path file() {
        return file;
    }

    public SegmentContext context() {
        return context;
    }

    public boolean isSealed() {
        return sealed;
    }

    VerifiedRanges verified() {
        return verified;
    }

    ReadHints hints() {
        return hints;
    }

    public void expireVerified(long nowMillis) {
        verified.expire(nowMillis);
    }

    Path path(String suffix) {
        return SegmentFiles.path(context.folder(), baseOffset, suffix);
    }

    /** Makes the file now, so that the segment is found again although it is empty. */
    public void create() throws IOException {
        channel();
    }

    /**
     * The segment's file, opened when first asked for and again if a thread's interrupt shut it.
     */
    public FileChannel channel() throws IOException {
        FileChannel open = channel;
        return open != null && open.isOpen() ? open : openChannel();
    }

    private synchronized FileChannel openChannel() throws IOException {
        FileChannel open = channel;
        if (deleted && (open == null || !open.isOpen())) {
            throw new ClosedChannelException();
        }
        if (open == null || !open.isOpen()) {
            open =
                    context.disk()
                            .open(
                                    file,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE);
            channel = open;
        }
        return open;
    }

    // ---- writing

    /**
     * Writes the batches between position and limit behind what is there. On failure nothing counts
     * as written; {@link #cutRemains} removes what did reach the file.
     */
    public void append(ByteBuffer batches, int indexIntervalBytes, long nowMillis)
            throws IOException {
        int start = batches.position();
        int length = batches.remaining();
        int at = sizeBytes;
        try {
            FileBytes.write(channel(), batches, at);
        } finally {
            batches.position(start);
        }
        noteBatches(batches, at, indexIntervalBytes);
        verified.add(at, at + length, nowMillis);
        hints.note(RecordBatchLayout.baseOffset(batches, start) - baseOffset, at);
    }

    private void noteBatches(ByteBuffer batches, int at, int indexIntervalBytes)
            throws IOException {
        int position = at;
        long next = nextOffset;
        for (int i = batches.position(); i < batches.limit(); ) {
            int size = (int) RecordBatchLayout.sizeBytes(batches, i);
            long last = RecordBatchLayout.lastOffset(batches, i);
            noteBatch(
                    position,
                    size,
                    last,
                    RecordBatchLayout.maxTimestamp(batches, i),
                    indexIntervalBytes);
            next = last + 1;
            position += size;
            i += size;
        }
        sizeBytes = position;
        nextOffset = next;
    }

    private void noteBatch(
            int position, int size, long lastOffset, long timestamp, int indexIntervalBytes)
            throws IOException {
        if (firstTimestamp < 0) {
            firstTimestamp = timestamp;
        }
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            offsets().add(lastOffset - baseOffset, position);
            noteTime();
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += size;
    }

    private void noteTime() throws IOException {
        if (maxTimestamp > lastTimeEntry) {
            times().add(maxTimestamp, (int) (maxTimestampOffset - baseOffset));
            lastTimeEntry = maxTimestamp;
        }
    }

    /** Cuts off what a failed write left behind the last whole batch. */
    public void cutRemains() throws IOException {
        FileChannel open = channel();
        if (open.size() > sizeBytes) {
            open.truncate(sizeBytes);
        }
    }

    /** Tries whether the disk takes bytes, and takes them back. */
    public void probe() throws IOException {
        FileChannel open = channel();
        FileBytes.write(open, ByteBuffer.allocate(64 * 1024), sizeBytes);
        open.truncate(sizeBytes);
    }

    /** Whether one more batch that ends with this offset can be indexed. */
    public boolean hasRoomFor(long lastOffset, int indexBytes) throws IOException {
        return lastOffset - baseOffset <= Integer.MAX_VALUE
                && offsets().count() < indexBytes / Layout.OFFSET.entryBytes
                && times().count() < indexBytes / Layout.TIME.entryBytes - 1;
    }

    /** No batch will be appended any more: the indexes are written out. */
    public void seal() throws IOException {
        storeIndexes();
        modifiedMillis = context.disk().lastModifiedMillis(file);
        sealed = true;
    }

    /** Writes the indexes as a closed segment has them. */
    public void storeIndexes() throws IOException {
        loadTimes();
        if (maxTimestamp >= 0) {
            noteTime();
        }
        offsets().seal();
        times().seal();
    }

    /** Writes the index entries that recovery would else have to make again. */
    public void checkpointIndexes() throws IOException {
        offsets().store();
        times().store();
    }

    public void force() throws IOException {
        if (sizeBytes > 0 || channel != null) {
            channel().force(false);
        }
    }

    public void forceIndexes() throws IOException {
        offsets().force();
        times().force();
    }

    /** Removes all from the offset on, and makes the segment one that is appended to. */
    public void truncateTo(long offset) throws IOException {
        int position = new SegmentReader(this).positionOf(offset);
        if (position < sizeBytes) {
            nextOffset = offset;
            sizeBytes = position;
            offsets().truncate(position, false);
            times().truncate(offset - baseOffset, false);
            verified.truncate(position);
            damaged = damaged.stream().filter(range -> range.start() < position).toList();
            channel().truncate(position);
        }
        nextOffset = offset;
        hints.clear();
        reopen();
    }

    /** Makes the segment, as it stands on the disk, one that is appended to. */
    public void reopen() throws IOException {
        sealed = false;
        timesLoaded = false;
        loadTimes();
        SparseIndex.Entry last = offsets().last();
        bytesSinceIndexEntry = sizeBytes - (last == null ? 0 : last.value());
    }

    // ---- indexes

    private SparseIndex emptyIndex(Layout layout) {
        return SparseIndex.empty(context.disk(), indexFile(layout), layout);
    }

    private Path indexFile(Layout layout) {
        return path(layout == Layout.OFFSET ? SegmentFiles.OFFSET_INDEX : SegmentFiles.TIME_INDEX);
    }

    public SparseIndex offsets() throws IOException {
        SparseIndex index = offsets;
        return index != null ? index : loadIndexes(Layout.OFFSET);
    }

    public SparseIndex times() throws IOException {
        SparseIndex index = times;
        return index != null ? index : loadIndexes(Layout.TIME);
    }

    private synchronized SparseIndex loadIndexes(Layout wanted) throws IOException {
        if (offsets == null || times == null) {
            SparseIndex offsetIndex = storedIndex(Layout.OFFSET);
            SparseIndex timeIndex = storedIndex(Layout.TIME);
            if (offsetIndex == null || timeIndex == null) {
                LOG.warn("{}: its index is missing or damaged and is made anew", file);
                rebuildIndexes(4096);
            } else {
                offsets = offsetIndex;
                times = timeIndex;
            }
        }
        return Objects.requireNonNull(wanted == Layout.OFFSET ? offsets : times);
    }

    /** The index as the file has it, or null when the file cannot be right. */
    private @Nullable SparseIndex storedIndex(Layout layout) throws IOException {
        Path indexFile = indexFile(layout);
        if (!context.disk().exists(indexFile)) {
            return sizeBytes == 0 ? emptyIndex(layout) : null;
        }
        long fileBytes;
        try (FileChannel open = context.disk().open(indexFile, StandardOpenOption.READ)) {
            fileBytes = open.size();
        }
        SparseIndex index = SparseIndex.stored(context.disk(), indexFile, fileBytes, layout);
        SparseIndex.Entry last = index == null ? null : index.last();
        if (last == null) {
            return index;
        }
        boolean sane =
                layout == Layout.OFFSET
                        ? last.key() > 0
                                && baseOffset + last.key() < nextOffset
                                && last.value() > 0
                                && last.value() < sizeBytes
                        : last.key() >= 0
                                && last.value() >= 0
                                && baseOffset + last.value() < nextOffset;
        return sane ? index : null;
    }

    /** Walks the whole segment and makes its indexes, and the list of what is damaged, anew. */
    public synchronized void rebuildIndexes(int indexIntervalBytes) throws IOException {
        closeIndexes();
        context.disk().delete(indexFile(Layout.OFFSET));
        context.disk().delete(indexFile(Layout.TIME));
        IndexBuilder builder =
                new IndexBuilder(
                        baseOffset,
                        indexIntervalBytes,
                        emptyIndex(Layout.OFFSET),
                        emptyIndex(Layout.TIME));
        scan(0, baseOffset, builder::note);
        if (sealed) {
            builder.finish();
            builder.offsets().seal();
            builder.times().seal();
        }
        offsets = builder.offsets();
        times = builder.times();
        lastTimeEntry = builder.lastTimeEntry();
        bytesSinceIndexEntry = builder.bytesSinceEntry();
    }

    /** Is shown a sound batch; false ends the walk. */
    public interface BatchVisitor {
        boolean sound(BatchCursor batch) throws IOException;
    }

    /** Walks the batches from a boundary on, checks them, and notes what is damaged. */
    public void scan(int from, long expectedOffset, BatchVisitor visitor) throws IOException {
        BatchCursor cursor = context.cursors().borrow();
        try {
            cursor.over(channel(), true);
            BatchScan.walk(
                    cursor,
                    from,
                    sizeBytes,
                    expectedOffset,
                    Long.MAX_VALUE,
                    new BatchScan.Visitor() {
                        @Override
                        public boolean sound(BatchCursor batch) throws IOException {
                            return visitor.sound(batch);
                        }

                        @Override
                        public void damaged(int start, int end, long expected, long next) {
                            noteDamaged(new DamagedRange(start, end, expected, next));
                        }
                    });
        } finally {
            context.cursors().giveBack(cursor);
        }
    }

    /**
     * Indexes that recovery goes on to fill: the entries below the recovery point if the files have
     * them and the last leads to a sound batch, else none.
     */
    public IndexBuilder resumeIndexes(long recoveryPoint, int indexIntervalBytes)
            throws IOException {
        if (recoveryPoint > baseOffset) {
            SparseIndex offsetIndex = storedIndex(Layout.OFFSET);
            SparseIndex timeIndex = storedIndex(Layout.TIME);
            if (offsetIndex != null && timeIndex != null) {
                offsetIndex.truncate(recoveryPoint - baseOffset, true);
                timeIndex.truncate(recoveryPoint - baseOffset, false);
                SparseIndex.Entry resume = offsetIndex.last();
                if (resume != null && soundAt(resume.value())) {
                    IndexBuilder builder =
                            new IndexBuilder(
                                    baseOffset, indexIntervalBytes, offsetIndex, timeIndex);
                    builder.resume(timeIndex.last());
                    return builder;
                }
            }
        }
        context.disk().delete(indexFile(Layout.OFFSET));
        context.disk().delete(indexFile(Layout.TIME));
        return new IndexBuilder(
                baseOffset, indexIntervalBytes, emptyIndex(Layout.OFFSET), emptyIndex(Layout.TIME));
    }

    /** Whether a sound batch begins at the position. */
    boolean soundAt(int position) throws IOException {
        BatchCursor cursor = context.cursors().borrow();
        try {
            int size = sizeBytes;
            cursor.over(channel(), true);
            return cursor.load(position, size)
                    && cursor.plausible(size, baseOffset, Long.MAX_VALUE)
                    && cursor.crcMatches();
        } finally {
            context.cursors().giveBack(cursor);
        }
    }

    /** Sets what recovery has found: the bytes and offsets that stand, and the indexes it made. */
    public void recovered(int soundBytes, long next, IndexBuilder builder) throws IOException {
        sizeBytes = soundBytes;
        nextOffset = next;
        builder.finish();
        builder.offsets().seal();
        builder.times().seal();
        offsets = builder.offsets();
        times = builder.times();
        timesLoaded = false;
        modifiedMillis = fileModifiedMillis();
    }

    /** Sets the offset behind the last batch, once that is known. */
    public void endsAt(long next) {
        nextOffset = next;
    }

    public void noteVerified(int start, int end) {
        verified.add(start, end, context.clock().millis());
    }

    // ---- times

    /**
     * Reads the largest timestamp from the time index and from what stands behind its last entry.
     */
    private void loadTimes() throws IOException {
        if (timesLoaded) {
            return;
        }
        SparseIndex.Entry last = times().last();
        maxTimestamp = last == null ? -1 : last.key();
        maxTimestampOffset = last == null ? -1 : baseOffset + last.value();
        lastTimeEntry = maxTimestamp;
        firstTimestamp = -1;
        if (sizeBytes > 0) {
            SparseIndex.Entry position = offsets().last();
            BatchCursor cursor = context.cursors().borrow();
            try {
                cursor.over(channel(), false);
                if (cursor.load(0, sizeBytes)) {
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
        for (long at = from;
                cursor.load(at, sizeBytes) && cursor.plausible(sizeBytes, baseOffset, nextOffset);
                at = cursor.endPosition()) {
            if (cursor.maxTimestamp() > maxTimestamp) {
                maxTimestamp = cursor.maxTimestamp();
                maxTimestampOffset = cursor.lastOffset();
            }
        }
    }

    /** Largest timestamp of a record, or -1 when there is none. */
    public synchronized long maxTimestamp() throws IOException {
        loadTimes();
        return maxTimestamp;
    }

    /** Largest timestamp, or the time of the file's last change when records have none. */
    public long newestMillis() throws IOException {
        long newest = maxTimestamp();
        return newest >= 0 ? newest : sizeBytes == 0 ? createdMillis : fileModifiedMillis();
    }

    /** How long the segment has been written to, in the time of the records if they have one. */
    public long ageMillis(long newestTimestamp, long nowMillis) throws IOException {
        loadTimes();
        return firstTimestamp >= 0 && newestTimestamp >= 0
                ? newestTimestamp - firstTimestamp
                : nowMillis - createdMillis;
    }

    private long fileModifiedMillis() throws IOException {
        return context.disk().lastModifiedMillis(file);
    }

    // ---- damage

    List<DamagedRange> damaged() {
        return damaged;
    }

    /** Forgets what was verified if somebody else has changed the file since. */
    void checkUnchanged() throws IOException {
        if (!sealed) {
            return;
        }
        long modified = fileModifiedMillis();
        if (modified != modifiedMillis) {
            verified.clear();
            hints.clear();
            damaged = List.of();
            modifiedMillis = modified;
        }
    }

    public void noteDamaged(int start, int end, long firstOffset, long next) {
        noteDamaged(new DamagedRange(start, end, firstOffset, next));
    }

    private synchronized void noteDamaged(DamagedRange range) {
        List<DamagedRange> now = damaged;
        for (DamagedRange known : now) {
            if (known.start() == range.start() && known.end() == range.end()) {
                return;
            }
        }
        context.damagedBatches().increment();
        LOG.error(
                "{}: bytes {} to {} are damaged (wrong CRC or header); {} and readers go on behind"
                        + " it. The file was changed by the disk or by hand: check the disk, and"
                        + " restore the file from a replica or backup if the records are needed",
                file,
                range.start(),
                range.end(),
                range.nextOffset() < 0
                        ? "offsets from " + range.firstOffset() + " on are lost"
                        : "offsets "
                                + range.firstOffset()
                                + " to "
                                + (range.nextOffset() - 1)
                                + " are lost");
        List<DamagedRange> more =
                new ArrayList<>(
                        now.size() < MOST_DAMAGED_RANGES ? now : now.subList(1, now.size()));
        more.removeIf(known -> known.start() >= range.start() && known.end() <= range.end());
        more.add(range);
        damaged = List.copyOf(more);
        hints.clear();
    }

    // ---- end

    public boolean isDeleted() {
        return deleted;
    }

    /**
     * Renames the files so that they are known not to belong to the log any more. What was given
     * out can be read until {@link #deleteMarked}.
     */
    public void markDeleted() throws IOException {
        if (sizeBytes > 0) {
            channel();
        }
        deleted = true;
        for (String suffix :
                List.of(
                        SegmentFiles.LOG,
                        SegmentFiles.OFFSET_INDEX,
                        SegmentFiles.TIME_INDEX,
                        SegmentFiles.TRANSACTION_INDEX)) {
            Path path = path(suffix);
            if (context.disk().exists(path)) {
                context.disk().rename(path, path(suffix + SegmentFiles.DELETED));
            }
        }
    }

    /** Closes and deletes the files that {@link #markDeleted} renamed. */
    public void deleteMarked() throws IOException {
        close();
        for (String suffix :
                List.of(
                        SegmentFiles.LOG,
                        SegmentFiles.OFFSET_INDEX,
                        SegmentFiles.TIME_INDEX,
                        SegmentFiles.TRANSACTION_INDEX)) {
            context.disk().delete(path(suffix + SegmentFiles.DELETED));
        }
    }

    public synchronized void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
        closeIndexes();
    }

    private void closeIndexes() throws IOException {
        SparseIndex offsetIndex = offsets;
        SparseIndex timeIndex = times;
        if (offsetIndex != null) {
            offsetIndex.close();
        }
        if (timeIndex != null) {
            timeIndex.close();
        }
    }

    @Override
    public String toString() {
        return file + " [" + baseOffset + ", " + nextOffset + ")";
    }
}
