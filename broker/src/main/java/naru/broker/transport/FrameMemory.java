package naru.broker.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes all connections together hold in frames that are not complete. Those that have not
 * shown who they are have a part of it, so that they cannot take it from those that have. Shared by
 * the loops.
 */
final class FrameMemory {
    private static final int STRANGERS_PART = 8;

    private final long limitBytes;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong usedByStrangers = new AtomicLong();

    FrameMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    boolean reserve(long bytes) {
        return take(used, limitBytes, bytes);
    }

    private static boolean take(AtomicLong from, long limitBytes, long bytes) {
        while (true) {
            long now = from.get();
            if (now + bytes > limitBytes) {
                return false;
            }
            if (from.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    boolean reserveForStranger(long bytes) {
        if (!take(usedByStrangers, limitBytes / STRANGERS_PART, bytes)) {
            return false;
        }
        if (!reserve(bytes)) {
            forgetStranger(bytes);
            return false;
        }
        return true;
    }

    /** Who holds these bytes is a stranger no more. */
    void forgetStranger(long bytes) {
        usedByStrangers.addAndGet(-bytes);
    }

    void release(long bytes) {
        long left = used.addAndGet(-bytes);
        if (left < 0) {
            throw new IllegalStateException("more frame memory given back than taken: " + left);
        }
    }

    long usedBytes() {
        return used.get();
    }

    long limitBytes() {
        return limitBytes;
    }
}
