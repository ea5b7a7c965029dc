package naru.log.compaction;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/**
 * Holds all cleaners together to a number of bytes a second, and counts the bytes.
 *
 * <p>Threads: safe for use by many. Whoever is ahead waits here, and goes on at once when {@link
 * #release} is called and its work is not wanted any more.
 */
final class Throttle {
    private static final long NANOS = 1_000_000_000L;
    private static final long LONGEST_WAIT_NANOS = 300_000_000L;

    private final DoubleSupplier bytesPerSecond;
    private final NanoTime time;
    private long paidUntilNanos;

    /** A clock that only tells spans. */
    @FunctionalInterface
    interface NanoTime {
        long now();
    }

    Throttle(DoubleSupplier bytesPerSecond, NanoTime time) {
        this.bytesPerSecond = bytesPerSecond;
        this.time = time;
    }

    /** Accounts for the bytes, and waits as long as they are too many. */
    synchronized void spend(long bytes, BooleanSupplier wanted) {
        double rate = bytesPerSecond.getAsDouble();
        if (rate >= Long.MAX_VALUE) {
            return;
        }
        long now = time.now();
        paidUntilNanos = Math.max(paidUntilNanos, now) + (long) (bytes / rate * NANOS);
        long mine = paidUntilNanos;
        boolean interrupted = false;
        while (mine - now > LONGEST_WAIT_NANOS && wanted.getAsBoolean() && !interrupted) {
            try {
                wait(Math.max(1, (mine - now) / 1_000_000));
            } catch (InterruptedException stop) {
                interrupted = true;
            }
            now = time.now();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void release() {
        notifyAll();
    }
}
