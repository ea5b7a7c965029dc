package naru.log.segment;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Where reads are likely to begin: positions behind what was read or at what was appended last, by
 * offset. Spares readers that follow the log the search. A hint may be stale after a truncation;
 * what is found there is checked like all else.
 *
 * <p>Threads: safe for use by many.
 */
final class ReadHints {
    private static final int SLOTS = 8;
    private static final long NONE = -1;

    /** Relative offset in the upper half and position in the lower, in one word. */
    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

    ReadHints() {
        clear();
    }

    void note(long relativeOffset, int position) {
        if (relativeOffset >= 0 && relativeOffset <= Integer.MAX_VALUE) {
            slots.setPlain(slot(relativeOffset), relativeOffset << 32 | position);
        }
    }

    /** The position of the batch with this offset, or -1 when not known. */
    int find(long relativeOffset) {
        long word = slots.getPlain(slot(relativeOffset));
        return word >= 0 && word >>> 32 == relativeOffset ? (int) word : -1;
    }

    void clear() {
        for (int i = 0; i < SLOTS; i++) {
            slots.set(i, NONE);
        }
    }

    private static int slot(long relativeOffset) {
        return (int) ((relativeOffset * 0x9E3779B97F4A7C15L) >>> 61);
    }
}
