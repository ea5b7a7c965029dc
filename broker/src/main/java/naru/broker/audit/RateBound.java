package naru.broker.audit;

import java.util.concurrent.atomic.AtomicLong;

/** Admits so many a second of the clock. Any thread. */
final class RateBound {
    private static final int COUNT_BITS = 24;
    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

    private final long mostPerSecond;

    /** The second, and how many of it have been admitted. */
    private final AtomicLong state = new AtomicLong();

    RateBound(int mostPerSecond) {
        this.mostPerSecond = Math.min(mostPerSecond, COUNT_MASK - 1);
    }

    boolean admits(long nowMillis) {
        long second = nowMillis / 1000;
        while (true) {
            long present = state.get();
            long count = (present >>> COUNT_BITS) == second ? present & COUNT_MASK : 0;
            if (count >= mostPerSecond) {
                return false;
            }
            if (state.compareAndSet(present, (second << COUNT_BITS) | (count + 1))) {
                return true;
            }
        }
    }
}
