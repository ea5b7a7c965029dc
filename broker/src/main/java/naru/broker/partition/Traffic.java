package naru.broker.partition;

import java.util.concurrent.atomic.AtomicLong;

/** What has gone into and out of a partition since it stands here. Threads: any. */
public final class Traffic {
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong recordsIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private final AtomicLong recordsOut = new AtomicLong();
    private final AtomicLong replicationIn = new AtomicLong();
    private final AtomicLong replicationOut = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    public void in(long bytes, long records) {
        bytesIn.getAndAdd(bytes);
        recordsIn.getAndAdd(records);
    }

    public void out(long bytes, long records) {
        bytesOut.getAndAdd(bytes);
        recordsOut.getAndAdd(records);
    }

    public void toFollower(long bytes) {
        replicationOut.getAndAdd(bytes);
    }

    public void fromLeader(long bytes) {
        replicationIn.getAndAdd(bytes);
    }

    /** A batch was not taken. */
    public void refused() {
        refused.getAndIncrement();
    }

    public long bytesIn() {
        return bytesIn.get();
    }

    public long recordsIn() {
        return recordsIn.get();
    }

    public long bytesOut() {
        return bytesOut.get();
    }

    /** Offsets answered; the gaps that compaction or damage leave count too. */
    public long recordsOut() {
        return recordsOut.get();
    }

    /** Bytes that followers fetched here. */
    public long replicationBytesOut() {
        return replicationOut.get();
    }

    /** Bytes that were fetched from a leader. */
    public long replicationBytesIn() {
        return replicationIn.get();
    }

    public long refusedBatches() {
        return refused.get();
    }
}
