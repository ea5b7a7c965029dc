package naru.broker.quota;

import java.util.function.LongSupplier;

/**
 * Bounds the bytes of a second. Who spends too much at once is held back until the rate has made up
 * for it. Threads: any.
 */
public final class ByteThrottle {
    private final LongSupplier bytesPerSecond;
    private final LongSupplier clock;
    private double balance;
    private long atMillis;

    /**
     * @param bytesPerSecond {@link Long#MAX_VALUE} for no bound
     * @param clock milliseconds of a clock that never goes back
     */
    public ByteThrottle(LongSupplier bytesPerSecond, LongSupplier clock) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.atMillis = clock.getAsLong();
    }

    /** One that holds nobody back. */
    public static ByteThrottle none() {
        return new ByteThrottle(() -> Long.MAX_VALUE, () -> 0);
    }

    /** Whether more was spent than there was. */
    public boolean isExceeded() {
        return bytesPerSecond.getAsLong() < Long.MAX_VALUE && balance() < 0;
    }

    public synchronized void spend(long bytes) {
        if (bytesPerSecond.getAsLong() < Long.MAX_VALUE) {
            balance = balance() - bytes;
        }
    }

    private synchronized double balance() {
        long now = clock.getAsLong();
        long rate = bytesPerSecond.getAsLong();
        double earned = rate * ((now - atMillis) / 1000.0);
        balance = Math.min(rate, balance + earned);
        atMillis = now;
        return balance;
    }
}
