package naru.broker.quota;

import java.util.Arrays;

/**
 * A rate over samples, as Kafka's {@code Rate} computes it. A sample begins with the first amount
 * after the former is over, and counts until its last amount is older than all samples together.
 *
 * <p>Threads: any; guarded by its own lock.
 */
final class SampledRate implements Meter {
    private final Windows windows;
    private final long[] startMillis;
    private final long[] lastMillis;
    private final double[] amounts;
    private int used;
    private int current;

    SampledRate(Windows windows) {
        this.windows = windows;
        int most = windows.samples() + 1;
        this.startMillis = new long[most];
        this.lastMillis = new long[most];
        this.amounts = new double[most];
        Arrays.fill(lastMillis, Long.MIN_VALUE / 2);
    }

    /**
     * Adds the amount.
     *
     * @return milliseconds to wait until the rate is within the bound, 0 when it is
     */
    synchronized long add(double amount, double boundPerSecond, long nowMillis) {
        put(amount, nowMillis);
        return excessMillis(boundPerSecond, nowMillis);
    }

    /** Adds an amount that nobody is throttled for; a negative one takes back what was added. */
    synchronized void put(double amount, long nowMillis) {
        if (used == 0) {
            begin(0, nowMillis);
            used = 1;
        } else if (nowMillis - startMillis[current] >= windows.sampleMillis()) {
            current = (current + 1) % amounts.length;
            used = Math.max(used, current + 1);
            begin(current, nowMillis);
        }
        amounts[current] += amount;
        lastMillis[current] = nowMillis;
    }

    private void begin(int sample, long nowMillis) {
        startMillis[sample] = nowMillis;
        lastMillis[sample] = nowMillis;
        amounts[sample] = 0;
    }

    /** Milliseconds to wait until the rate is within the bound, 0 when it is. */
    synchronized long excessMillis(double boundPerSecond, long nowMillis) {
        double rate = perSecond(nowMillis);
        if (rate <= boundPerSecond) {
            return 0;
        }
        return Math.round((rate - boundPerSecond) / boundPerSecond * spanMillis(nowMillis));
    }

    synchronized double perSecond(long nowMillis) {
        dropObsolete(nowMillis);
        double sum = 0;
        for (int i = 0; i < used; i++) {
            sum += amounts[i];
        }
        return sum / (spanMillis(nowMillis) / 1000.0);
    }

    private void dropObsolete(long nowMillis) {
        for (int i = 0; i < used; i++) {
            if (nowMillis - lastMillis[i] >= windows.totalMillis()) {
                begin(i, nowMillis);
            }
        }
    }

    /** From the oldest sample's begin to now, and never less than all samples but one. */
    private long spanMillis(long nowMillis) {
        long oldest = nowMillis;
        for (int i = 0; i < used; i++) {
            oldest = Math.min(oldest, startMillis[i]);
        }
        long span = nowMillis - oldest;
        long whole = span / windows.sampleMillis();
        long missing = Math.max(0, windows.samples() - 1 - whole);
        return Math.max(1, span + missing * windows.sampleMillis());
    }

    @Override
    public synchronized boolean isIdle(long nowMillis) {
        for (int i = 0; i < used; i++) {
            if (amounts[i] != 0 && nowMillis - lastMillis[i] < windows.totalMillis()) {
                return false;
            }
        }
        return true;
    }
}
