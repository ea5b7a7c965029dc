package naru.log.segment;

import java.io.IOException;

/**
 * Walks the batches of a stretch of a file, checking each, and steps over what is damaged.
 *
 * <p>A batch is damaged when its header is not plausible, its CRC does not match, or its offsets
 * (which the CRC does not cover) contradict its neighbours'. What follows is found by the batch's
 * own length if a sound batch stands there, else by looking at every position for one.
 */
public final class BatchScan {
    /** What is told of the stretch, in the order of the file. */
    public interface Visitor {
        /** The cursor stands on a sound batch; false ends the walk before the next. */
        boolean sound(BatchCursor batch) throws IOException;

        /**
         * No sound batch stands in the range.
         *
         * @param nextOffset base offset of the next sound batch, or -1 when none follows
         */
        void damaged(int start, int end, long expectedOffset, long nextOffset) throws IOException;
    }

    private BatchScan() {}

    /**
     * Walks from a batch boundary to the limit.
     *
     * @param expectedOffset least offset that the first batch may have
     * @param boundOffset offset that no batch reaches
     * @return position where the walk ended
     */
    public static long walk(
            BatchCursor cursor,
            long from,
            long limit,
            long expectedOffset,
            long boundOffset,
            Visitor visitor)
            throws IOException {
        long position = from;
        long expected = expectedOffset;
        while (position < limit) {
            if (cursor.load(position, limit)
                    && cursor.plausible(limit, expected, boundOffset)
                    && cursor.crcMatches()
                    && !contradicted(cursor, limit, expected)) {
                long next = cursor.endPosition();
                expected = cursor.lastOffset() + 1;
                position = next;
                if (!visitor.sound(cursor)) {
                    return position;
                }
            } else {
                long next = nextSound(cursor, position, limit, expected, boundOffset);
                long nextOffset = next < limit ? cursor.baseOffset() : -1;
                visitor.damaged((int) position, (int) next, expected, nextOffset);
                position = next;
            }
        }
        return position;
    }

    /** A gap before this batch that the next batch's offsets show to be a wrong base offset. */
    static boolean contradicted(BatchCursor cursor, long limit, long expected) throws IOException {
        if (cursor.baseOffset() == expected) {
            return false;
        }
        long at = cursor.position();
        long last = cursor.lastOffset();
        long end = cursor.endPosition();
        boolean overlapped =
                cursor.load(end, limit)
                        && cursor.plausible(limit, expected, last + 1)
                        && cursor.crcMatches();
        cursor.load(at, limit);
        return overlapped;
    }

    private static long nextSound(
            BatchCursor cursor, long damaged, long limit, long expected, long bound)
            throws IOException {
        if (cursor.load(damaged, limit)) {
            long size = cursor.sizeBytes();
            long end = damaged + size;
            if (size > 0
                    && end < limit
                    && cursor.load(end, limit)
                    && cursor.plausible(limit, expected, bound)
                    && cursor.crcMatches()) {
                return end;
            }
        }
        return cursor.seekSound(damaged + 1, limit, expected, bound);
    }
}
