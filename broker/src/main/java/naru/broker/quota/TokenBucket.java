package naru.broker.quota;

/**
 * Tokens that come at a rate, up to what it gives in all samples together. What is taken may bring
 * them below zero; nothing more is given then until they are back (KIP-599).
 *
 * <p>Threads: any; guarded by its own lock.
 */
final class TokenBucket implements Meter {
    private final Windows windows;
    private double tokens;
    private double lastRate;
    private long filledMillis = Long.MIN_VALUE / 2;

    TokenBucket(Windows windows) {
        this.windows = windows;
    }

    private double most(double perSecond) {
        return perSecond * windows.totalMillis() / 1000.0;
    }

    private void fill(double perSecond, long nowMillis) {
        double come = Math.max(0, nowMillis - filledMillis) / 1000.0 * perSecond;
        tokens = Math.min(most(perSecond), tokens + come);
        filledMillis = Math.max(filledMillis, nowMillis);
        lastRate = perSecond;
    }

    /** Takes tokens unless there are fewer than none; whether they were taken. */
    synchronized boolean takeIfAny(double amount, double perSecond, long nowMillis) {
        fill(perSecond, nowMillis);
        if (tokens < 0) {
            return false;
        }
        tokens -= amount;
        return true;
    }

    synchronized void take(double amount, double perSecond, long nowMillis) {
        fill(perSecond, nowMillis);
        tokens -= amount;
    }

    /** Milliseconds until there are no fewer than none. */
    synchronized long waitMillis(double perSecond, long nowMillis) {
        fill(perSecond, nowMillis);
        return tokens >= 0 ? 0 : Math.round(-tokens / perSecond * 1000);
    }

    @Override
    public synchronized boolean isIdle(long nowMillis) {
        double come = Math.max(0, nowMillis - filledMillis) / 1000.0 * lastRate;
        return tokens + come >= most(lastRate);
    }
}
