package naru.log.segment;

import naru.log.producer.TransactionIndex;
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
    private static final int LEAST_RESERVED_BYTES = 256 << 10;
    private static final int MOST_RESERVED_BYTES = 2 << 20;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

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
    private final SegmentIndexes indexes;
    private @Nullable TransactionIndex transactions;

    /** Up to where zeros were written ahead, or 0; under the log's lock. */
    private int reservedBytes;

    private volatile boolean sealed;
    private volatile boolean deleted;
    private volatile boolean closed;

    /** Files that have the other name of {@link #markDeleted}; under the log's lock. */
    private final List<String> marked = new ArrayList<>(0);

    private volatile long modifiedMillis = -1;

    private Segment(SegmentContext context, long baseOffset, int sizeBytes, long nextOffset) {
        this.context = context;
        this.baseOffset = baseOffset;
        this.file = path(SegmentFiles.LOG);
        this.sizeBytes = sizeBytes;
        this.nextOffset = nextOffset;
        this.createdMillis = context.clock().millis();
        this.indexes = new SegmentIndexes(this);
    }

    /** A segment without data; its files are made when it is written to. */
    public static Segment fresh(SegmentContext context, long baseOffset) {
        Segment segment = new Segment(context, baseOffset, 0, baseOffset);
        segment.indexes.begin();
        return segment;
    }

    /** A segment whose file is there; the index files are looked at when they are needed. */
    public static Segment found(
            SegmentContext context, long baseOffset, int sizeBytes, long nextOffset) {
        Segment segment = new Segment(context, baseOffset, sizeBytes, nextOffset);
        segment.sealed = true;
        return segment;
    }

    /** A segment whose files this process has just written whole. */
    static Segment written(SegmentContext context, long baseOffset, int sizeBytes, long nextOffset)
            throws IOException {
        Segment segment = found(context, baseOffset, sizeBytes, nextOffset);
        segment.modifiedMillis = segment.fileModifiedMillis();
        segment.noteVerified(0, sizeBytes);
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
        if ((deleted || closed) && (open == null || !open.isOpen())) {
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
            indexes.note(
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

    /**
     * Has zeros stand in the file where the next bytes and more will be written, so that syncing
     * those need not change the file's size on the disk each time. What stands ahead grows with the
     * segment. When there is no room for zeros, none are written.
     */
    public void reserve(int bytes, int mostBytes) throws IOException {
        int end = sizeBytes + bytes;
        if (end <= reservedBytes) {
            return;
        }
        int ahead = Math.clamp(end, LEAST_RESERVED_BYTES, MOST_RESERVED_BYTES);
        int until = (int) Math.min(mostBytes, (long) end + ahead);
        int from = Math.max(reservedBytes, sizeBytes);
        try {
            while (from < until) {
                ByteBuffer zeros = ZEROS.duplicate();
                zeros.limit(Math.min(zeros.capacity(), until - from));
                int length = zeros.remaining();
                FileBytes.write(channel(), zeros, from);
                from += length;
            }
        } catch (IOException noRoom) {
            cutRemains();
        }
        reservedBytes = until;
    }

    /** Cuts off what a failed write left behind the last whole batch, and what was reserved. */
    public void cutRemains() throws IOException {
        FileChannel open = channel();
        if (open.size() > sizeBytes) {
            open.truncate(sizeBytes);
        }
        reservedBytes = 0;
    }

    /** As {@link #cutRemains}; what was cut off does not come back. */
    public void cutRemainsForGood() throws IOException {
        if (channel().size() > sizeBytes) {
            cutRemains();
            force();
        }
    }

    /** Tries whether the disk takes bytes, and takes them back. */
    public void probe() throws IOException {
        FileChannel open = channel();
        FileBytes.write(open, ByteBuffer.allocate(64 * 1024), sizeBytes);
        open.truncate(sizeBytes);
        reservedBytes = 0;
    }

    /** Whether one more batch that ends with this offset can be indexed. */
    public boolean hasRoomFor(long lastOffset, int indexBytes) throws IOException {
        return lastOffset - baseOffset <= Integer.MAX_VALUE && indexes.hasRoom(indexBytes);
    }

    /** No batch will be appended any more: the indexes are written out. */
    public void seal() throws IOException {
        storeIndexes();
        if (reservedBytes > 0) {
            cutRemains();
        }
        modifiedMillis = context.disk().lastModifiedMillis(file);
        sealed = true;
        TransactionIndex aborted = transactions;
        if (aborted != null && aborted.size() > 0) {
            aborted.flush(); // the snapshot of producers that comes next will not lead to them
        }
    }

    /** Writes the indexes as a closed segment has them. */
    public void storeIndexes() throws IOException {
        indexes.seal();
    }

    /** Writes the index entries that recovery would else have to make again. */
    public void checkpointIndexes() throws IOException {
        indexes.store();
    }

    public void force() throws IOException {
        if (sizeBytes > 0 || channel != null) {
            channel().force(false);
        }
    }

    public void forceIndexes() throws IOException {
        indexes.force();
        TransactionIndex open = transactions;
        if (open != null) {
            open.flush();
        }
    }

    /**
     * Removes all from the offset on, and makes the segment one that is appended to. When the disk
     * breaks it off, the same again completes it.
     */
    public void truncateTo(long offset) throws IOException {
        int position = new SegmentReader(this).positionOf(offset);
        transactions().truncateTo(offset);
        indexes.truncate(position, offset);
        nextOffset = offset;
        if (position < sizeBytes) {
            sizeBytes = position;
            verified.truncate(position);
            damaged = damaged.stream().filter(range -> range.start() < position).toList();
        }
        cutRemains();
        hints.clear();
        reopen();
    }

    /** Makes the segment, as it stands on the disk, one that is appended to. */
    public void reopen() throws IOException {
        sealed = false;
        indexes.reopen();
    }

    // ---- indexes

    /** Bytes of the larger of the two indexes. */
    public int indexBytes() throws IOException {
        return Math.max(offsets().sizeBytes(), times().sizeBytes());
    }

    public SparseIndex offsets() throws IOException {
        return indexes.offsets();
    }

    public SparseIndex times() throws IOException {
        return indexes.times();
    }

    /** The aborted transactions whose markers stand in this segment. */
    public synchronized TransactionIndex transactions() throws IOException {
        TransactionIndex open = transactions;
        if (open == null) {
            open = TransactionIndex.open(context.disk(), context.folder(), baseOffset);
            transactions = open;
        }
        return open;
    }

    /** As {@link SegmentIndexes#rebuild}. */
    public void rebuildIndexes(int indexIntervalBytes) throws IOException {
        indexes.rebuild(indexIntervalBytes);
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
                    nextOffset,
                    new BatchScan.Visitor() {
                        @Override
                        public boolean sound(BatchCursor batch) throws IOException {
                            return visitor.sound(batch);
                        }

                        @Override
                        public void damaged(int start, int end, long expected, long next)
                                throws IOException {
                            if (sealed && expected == nextOffset && isZero(start, end)) {
                                sizeBytes = start; // was reserved, and its cut was not synced
                                return;
                            }
                            noteDamaged(new DamagedRange(start, end, expected, next));
                        }
                    });
        } finally {
            context.cursors().giveBack(cursor);
        }
    }

    /** As {@link SegmentIndexes#resume}. */
    public IndexBuilder resumeIndexes(long recoveryPoint, int indexIntervalBytes)
            throws IOException {
        return indexes.resume(recoveryPoint, indexIntervalBytes);
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

    /** Whether nothing but zeros, as {@link #reserve} writes them, stands in the stretch. */
    public boolean isZero(int start, int end) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(end - start, ZEROS.capacity()));
        for (int at = start; at < end; at += bytes.limit()) {
            bytes.clear().limit(Math.min(bytes.capacity(), end - at));
            FileBytes.readExactly(channel(), bytes, at);
            if (ZEROS.slice(0, bytes.limit()).mismatch(bytes.flip()) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** Sets what recovery has found: the bytes and offsets that stand, and the indexes it made. */
    public void recovered(int soundBytes, long next, IndexBuilder builder) throws IOException {
        sizeBytes = soundBytes;
        nextOffset = next;
        indexes.recovered(builder);
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

    /** Largest timestamp of a record, or -1 when there is none. */
    public long maxTimestamp() throws IOException {
        return indexes.maxTimestamp();
    }

    /** Largest timestamp, or the time of the file's last change when records have none. */
    public long newestMillis() throws IOException {
        long newest = maxTimestamp();
        return newest >= 0 ? newest : sizeBytes == 0 ? createdMillis : fileModifiedMillis();
    }

    /** How long the segment has been written to, in the time of the records if they have one. */
    public long ageMillis(long newestTimestamp, long nowMillis) throws IOException {
        long first = indexes.firstTimestamp();
        return first >= 0 && newestTimestamp >= 0
                ? newestTimestamp - first
                : nowMillis - createdMillis;
    }

    /** Timestamp of the first batch, or -1 when there is none. */
    public long firstTimestamp() throws IOException {
        return indexes.firstTimestamp();
    }

    public long fileModifiedMillis() throws IOException {
        return context.disk().lastModifiedMillis(file);
    }

    // ---- damage

    List<DamagedRange> damaged() {
        return damaged;
    }

    /** Forgets what was verified if somebody else has changed the file since. */
    void checkUnchanged() throws IOException {
        if (!sealed || deleted) {
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
        for (String suffix : SegmentFiles.ALL) {
            Path path = path(suffix);
            if (context.disk().exists(path)) {
                context.disk().rename(path, path(suffix + SegmentFiles.DELETED));
                marked.add(suffix);
            }
        }
    }

    /** Opens all files that readers may need, so that a rename takes none from them. */
    public void pin() throws IOException {
        if (sizeBytes > 0) {
            channel();
            indexes.pin();
            indexes.maxTimestamp();
            transactions();
        }
    }

    /** Gives the files their names back that {@link #markDeleted} took. */
    public void unmarkDeleted() throws IOException {
        for (String suffix : List.copyOf(marked)) {
            context.disk().rename(path(suffix + SegmentFiles.DELETED), path(suffix));
            marked.remove(suffix);
        }
        deleted = false;
    }

    /** Closes and deletes the files that {@link #markDeleted} renamed. */
    public void deleteMarked() throws IOException {
        close();
        for (String suffix : SegmentFiles.ALL) {
            context.disk().delete(path(suffix + SegmentFiles.DELETED));
        }
    }

    /** Closes the files for good; what was given out to readers fails from now on. */
    public synchronized void close() throws IOException {
        closed = true;
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
        indexes.close();
        TransactionIndex openTransactions = transactions;
        transactions = null;
        if (openTransactions != null) {
            openTransactions.close();
        }
    }

    @Override
    public String toString() {
        return file + " [" + baseOffset + ", " + nextOffset + ")";
    }
}
