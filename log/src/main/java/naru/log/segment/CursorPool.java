package naru.log.segment;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * Cursors that are kept for use again, at most {@link #KEPT} of them; a thread that finds none
 * makes its own.
 *
 * <p>Threads: safe for use by many.
 */
public final class CursorPool {
    private static final int BUFFER_BYTES = 128 * 1024;
    private static final int KEPT = 8;

    private final ArrayDeque<BatchCursor> idle = new ArrayDeque<>();

    public BatchCursor borrow() {
        @Nullable BatchCursor cursor;
        synchronized (idle) {
            cursor = idle.pollFirst();
        }
        return cursor != null ? cursor : new BatchCursor(BUFFER_BYTES);
    }

    public void giveBack(BatchCursor cursor) {
        cursor.forget();
        synchronized (idle) {
            if (idle.size() < KEPT) {
                idle.addFirst(cursor);
            }
        }
    }
}
