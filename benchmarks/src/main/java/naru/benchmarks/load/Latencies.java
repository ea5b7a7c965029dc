package naru.benchmarks.load;

import java.util.Arrays;

/** Every latency of one measurement, up to a bound that is known beforehand. One owner. */
public final class Latencies {
    private final long[] nanos;
    private int count;
    private boolean sorted;

    public Latencies(int bound) {
        this.nanos = new long[bound];
    }

    public void record(long latencyNanos) {
        nanos[count++] = latencyNanos;
        sorted = false;
    }

    public int count() {
        return count;
    }

    /** The smallest latency that {@code fraction} of all do not exceed, in milliseconds. */
    public double percentileMillis(double fraction) {
        if (count == 0) {
            throw new IllegalStateException("no latency was recorded");
        }
        if (!sorted) {
            Arrays.sort(nanos, 0, count);
            sorted = true;
        }
        int rank = (int) Math.ceil(fraction * count);
        return nanos[Math.clamp(rank - 1, 0, count - 1)] / 1e6;
    }
}
