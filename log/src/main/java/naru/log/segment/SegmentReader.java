package naru.log.segment;

import naru.log.LogSlice;
import naru.log.segment.SegmentRead.Found;
import naru.log.segment.SegmentRead.Missing;
import naru.wire.RecordBatchLayout;

import java.io.IOException;

/**
 * Finds slices of one segment and sees to it that every batch in them has lately passed its CRC.
 *
 * <p>Threads: {@link #read} needs no lock; {@link #settle} and {@link #positionOf} are called under
 * the log's lock.
 */
public final class SegmentReader {
    private static final int SUSPECT = -1;

    private final Segment segment;

    public SegmentReader(Segment segment) {
        this.segment = segment;
    }

    /** As {@link naru.log.PartitionLog#read}, within this segment. */
    public SegmentRead read(long offset, long endOffset, int maxBytes, boolean atLeastOneBatch)
            throws IOException {
        // size before next offset: see Segment
        int size = segment.sizeBytes();
        long next = segment.nextOffset();
        segment.checkUnchanged();
        if (size == 0) {
            return endOffset >= next ? Missing.PAST_END : Missing.NOT_YET;
        }
        int position = find(offset, size);
        if (position == SUSPECT) {
            return Missing.SUSPECT;
        }
        boolean whole = endOffset >= next;
        int limit = whole ? size : find(endOffset, size);
        if (limit == SUSPECT) {
            return Missing.SUSPECT;
        }
        if (position >= limit) {
            return whole ? Missing.PAST_END : Missing.NOT_YET;
        }
        Window window =
                new Window(position, limit, whole ? next : endOffset, maxBytes, atLeastOneBatch);
        SegmentRead read = slice(window, offset);
        if (read instanceof Found(LogSlice slice)) {
            segment.hints()
                    .note(
                            slice.nextOffset() - segment.baseOffset(),
                            (int) slice.position() + slice.sizeBytes());
        }
        return read;
    }

    /** What may be answered: batches that stand from {@code start} on and end at {@code limit}. */
    private record Window(
            int start, int limit, long limitOffset, int maxBytes, boolean atLeastOneBatch) {
        int bound() {
            return (int) Math.min(limit, (long) start + maxBytes);
        }
    }

    private SegmentRead slice(Window window, long offset) throws IOException {
        int start = window.start();
        long now = segment.context().clock().millis();
        int covered = Math.min(segment.verified().coveredUntil(start, now), window.limit());
        if (covered == window.limit() && window.bound() == covered) {
            return found(window, covered, offset, window.limitOffset());
        }
        BatchCursor cursor = segment.context().cursors().borrow();
        try {
            cursor.over(segment.channel(), covered < window.bound());
            int end = covered < window.bound() ? covered : lowerBoundary(cursor, window);
            return extend(cursor, window, offset, covered, end, now);
        } finally {
            segment.context().cursors().giveBack(cursor);
        }
    }

    /** Takes batch after batch in, from {@code from} on, as far as they fit and are sound. */
    private SegmentRead extend(
            BatchCursor cursor, Window window, long offset, int covered, int from, long now)
            throws IOException {
        int limit = window.limit();
        int end = from;
        long nextOffset = from > window.start() ? offsetAt(cursor, window, from, covered) : offset;
        boolean fits = true;
        boolean sound = true;
        while (fits && sound && end < limit) {
            sound =
                    cursor.load(end, limit)
                            && cursor.plausible(limit, segment.baseOffset(), window.limitOffset());
            if (sound) {
                fits =
                        cursor.endPosition() <= window.bound()
                                || (end == window.start() && window.atLeastOneBatch());
                boolean check = fits && cursor.endPosition() > covered;
                sound =
                        !check
                                || (cursor.crcMatches()
                                        && !contradicts(
                                                cursor, end > window.start(), nextOffset, limit));
            }
            if (fits && sound) {
                nextOffset = cursor.lastOffset() + 1;
                end = (int) cursor.endPosition();
            }
        }
        if (end > covered) {
            segment.verified().add(covered, end, now);
        }
        if (end > window.start()) {
            return found(window, end, offset, nextOffset);
        }
        return sound ? Missing.NOT_YET : Missing.SUSPECT;
    }

    /** Whether the offsets of a batch whose CRC is right cannot be: the CRC covers them not. */
    private static boolean contradicts(
            BatchCursor cursor, boolean afterAnother, long nextOffset, int limit)
            throws IOException {
        long least = afterAnother ? cursor.baseOffset() : cursor.lastOffset();
        return least < nextOffset
                || (cursor.baseOffset() > nextOffset
                        && BatchScan.contradicted(cursor, limit, nextOffset));
    }

    /**
     * The offset from which on nothing has been taken in at a boundary: that of the batch there if
     * it is believed, else the one behind the batch that ends there.
     */
    private long offsetAt(BatchCursor cursor, Window window, int boundary, int covered)
            throws IOException {
        if (boundary < covered && cursor.load(boundary, covered)) {
            return cursor.baseOffset();
        }
        SparseIndex.Entry entry = segment.offsets().floorByValue(boundary - 1);
        long position = entry == null ? window.start() : Math.max(window.start(), entry.value());
        while (cursor.load(position, boundary) && cursor.endPosition() < boundary) {
            if (cursor.sizeBytes() < RecordBatchLayout.HEADER_BYTES) {
                throw new IOException(segment.file() + ": no batch stands at " + position);
            }
            position = cursor.endPosition();
        }
        return cursor.lastOffset() + 1;
    }

    private SegmentRead found(Window window, int end, long offset, long nextOffset)
            throws IOException {
        int start = window.start();
        return new Found(new LogSlice(segment.channel(), start, end - start, offset, nextOffset));
    }

    /**
     * A batch boundary in a verified stretch, near below the most that may be answered; the start
     * if the index leads to none.
     */
    private int lowerBoundary(BatchCursor cursor, Window window) throws IOException {
        SparseIndex.Entry entry = segment.offsets().floorByValue(window.bound());
        if (entry == null || entry.value() <= window.start()) {
            return window.start();
        }
        int limit = window.limit();
        boolean leadsToItsBatch =
                cursor.load(entry.value(), limit)
                        && cursor.plausible(limit, segment.baseOffset(), window.limitOffset())
                        && cursor.lastOffset() - segment.baseOffset() == entry.key();
        return leadsToItsBatch ? entry.value() : window.start();
    }

    /** Position of the first batch that ends at or above the offset, or the size when none does. */
    private int find(long offset, int size) throws IOException {
        if (offset <= segment.baseOffset() && segment.damaged().isEmpty()) {
            return 0;
        }
        if (offset >= segment.nextOffset()) {
            return size;
        }
        int hint = segment.hints().find(offset - segment.baseOffset());
        if (hint >= 0 && hint <= size) {
            return hint;
        }
        BatchCursor cursor = segment.context().cursors().borrow();
        try {
            cursor.over(segment.channel(), false);
            return walkTo(cursor, offset, size);
        } finally {
            segment.context().cursors().giveBack(cursor);
        }
    }

    private int walkTo(BatchCursor cursor, long offset, int size) throws IOException {
        int position = indexedBelow(offset);
        long least = segment.baseOffset();
        while (position < size) {
            int behind = behindDamage(position);
            if (behind > position) {
                position = behind;
                continue;
            }
            if (!cursor.load(position, size) || !cursor.plausible(size, least, Long.MAX_VALUE)) {
                return SUSPECT;
            }
            if (cursor.lastOffset() >= offset) {
                return position;
            }
            least = cursor.lastOffset() + 1;
            position = (int) cursor.endPosition();
        }
        return size;
    }

    private int indexedBelow(long offset) throws IOException {
        SparseIndex.Entry entry = segment.offsets().floorByKey(offset - segment.baseOffset());
        return entry == null ? 0 : entry.value();
    }

    private int behindDamage(int position) {
        for (DamagedRange range : segment.damaged()) {
            if (range.start() <= position && position < range.end()) {
                return range.end();
            }
        }
        return position;
    }

    /**
     * Reads carefully around the offset, so that damage becomes known and the next {@link #read}
     * steps over it.
     */
    public void settle(long offset, int indexIntervalBytes) throws IOException {
        segment.hints().clear();
        segment.verified().clear();
        int from = indexedBelow(offset);
        if (from > 0 && !segment.soundAt(from)) {
            segment.rebuildIndexes(indexIntervalBytes);
            return;
        }
        segment.scan(from, segment.baseOffset(), batch -> batch.lastOffset() < offset);
    }

    /** Position of the first batch that ends at or above the offset, damage stepped over. */
    public int positionOf(long offset) throws IOException {
        int size = segment.sizeBytes();
        int position = find(offset, size);
        if (position == SUSPECT) {
            settle(offset, 4096);
            position = find(offset, size);
        }
        if (position == SUSPECT) {
            throw new IOException(
                    segment.file() + ": no batch boundary is found at offset " + offset);
        }
        return position;
    }
}
