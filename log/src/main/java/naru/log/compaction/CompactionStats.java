package naru.log.compaction;

import java.util.concurrent.atomic.LongAdder;

/** What a folder's cleaners have done since it was opened. Threads: safe for use by many. */
public final class CompactionStats {
    private final LongAdder passes = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private final LongAdder bytesWritten = new LongAdder();
    private final LongAdder bytesFreed = new LongAdder();
    private volatile long lastEndMillis = -1;
    private volatile long lastDurationMillis;
    private volatile double maxDirtyRatio;

    void read(long bytes) {
        bytesRead.add(bytes);
    }

    void replaced(long before, long after) {
        bytesWritten.add(after);
        bytesFreed.add(before - after);
    }

    void ended(long startMillis, long endMillis) {
        passes.increment();
        lastDurationMillis = endMillis - startMillis;
        lastEndMillis = endMillis;
    }

    void dirtiest(double ratio) {
        maxDirtyRatio = ratio;
    }

    /** Passes over a log that came to their end. */
    public long passes() {
        return passes.sum();
    }

    /** Bytes of batches that were looked at; those of a dirty part twice. */
    public long bytesRead() {
        return bytesRead.sum();
    }

    /** Bytes of copies that took the place of segments. */
    public long bytesWritten() {
        return bytesWritten.sum();
    }

    /** Bytes by which copies were smaller than what they replaced. */
    public long bytesFreed() {
        return bytesFreed.sum();
    }

    /** When the last pass ended, or -1. */
    public long lastEndMillis() {
        return lastEndMillis;
    }

    public long lastDurationMillis() {
        return lastDurationMillis;
    }

    /** Dirtiest log when the cleaner last looked, 0 to 1. */
    public double maxDirtyRatio() {
        return maxDirtyRatio;
    }
}
