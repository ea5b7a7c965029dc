package naru.broker.transport;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections of protected listeners have not shown who they are. Shared by the loops,
 * each of which knows its own.
 */
final class Strangers {
    static final int MOST = 2048;

    /** A stranger of this age is slow, and gives way to others when there are too many. */
    static final long SLOW_MILLIS = 2_000;

    private final int most;
    private final AtomicInteger count = new AtomicInteger();

    Strangers(int most) {
        this.most = most;
    }

    void come() {
        count.incrementAndGet();
    }

    void go() {
        count.decrementAndGet();
    }

    boolean isFull() {
        return count.get() >= most;
    }

    int count() {
        return count.get();
    }
}
