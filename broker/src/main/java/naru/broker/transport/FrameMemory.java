package naru.broker.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes all connections together hold in frames that are not complete. Shared by the
 * loops.
 */
final class FrameMemory {
    private final long limitBytes;
    private final AtomicLong used = new AtomicLong();

    FrameMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    boolean reserve(long bytes) {
        while (true) {
            long now = used.get();
            if (now + bytes > limitBytes) {
                return false;
            }
            if (used.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
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
