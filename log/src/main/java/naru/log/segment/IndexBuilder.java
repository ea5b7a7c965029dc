package naru.log.segment;

import org.jspecify.annotations.Nullable;

/** Decides which batches of a segment get an index entry while the segment is scanned. */
public final class IndexBuilder {
    private final long baseOffset;
    private final int intervalBytes;
    private final SparseIndex offsets;
    private final SparseIndex times;
    private int bytesSinceEntry;
    private long maxTimestamp = -1;
    private long maxTimestampOffset = -1;
    private long lastTimeEntry = -1;

    public IndexBuilder(
            long baseOffset, int intervalBytes, SparseIndex offsets, SparseIndex times) {
        this.baseOffset = baseOffset;
        this.intervalBytes = intervalBytes;
        this.offsets = offsets;
        this.times = times;
    }

    /** Goes on behind entries that are already there, of which the last time entry is given. */
    public void resume(SparseIndex.@Nullable Entry lastTime) {
        if (lastTime != null) {
            lastTimeEntry = lastTime.key();
            maxTimestamp = lastTime.key();
            maxTimestampOffset = baseOffset + lastTime.value();
        }
    }

    /** Takes the batch in; always true, so that a scan goes on. */
    public boolean note(BatchCursor batch) {
        note(
                (int) batch.position(),
                (int) batch.sizeBytes(),
                batch.lastOffset(),
                batch.maxTimestamp());
        return true;
    }

    /** Takes a batch in that stands at the position. */
    void note(int position, int sizeBytes, long lastOffset, long timestamp) {
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceEntry > intervalBytes) {
            offsets.add(lastOffset - baseOffset, position);
            noteTime();
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += sizeBytes;
    }

    private void noteTime() {
        if (maxTimestamp > lastTimeEntry) {
            times.add(maxTimestamp, (int) (maxTimestampOffset - baseOffset));
            lastTimeEntry = maxTimestamp;
        }
    }

    /** Notes the largest timestamp, which stands last in the time index of a whole segment. */
    public void finish() {
        noteTime();
    }

    public SparseIndex offsets() {
        return offsets;
    }

    public SparseIndex times() {
        return times;
    }

    public long lastTimeEntry() {
        return lastTimeEntry;
    }

    public int bytesSinceEntry() {
        return bytesSinceEntry;
    }
}
