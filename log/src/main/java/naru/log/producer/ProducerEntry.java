package naru.log.producer;

import org.jspecify.annotations.Nullable;

/**
 * What one producer wrote last: its epoch and up to five batches, oldest first in a ring.
 *
 * <p>Owned by {@link ProducerStates}. -1 stands for "none" in every field, as it does on disk.
 */
final class ProducerEntry {
    static final int MAX_BATCHES = 5;
    static final long NONE = -1;

    final long producerId;
    short epoch = (short) NONE;
    int coordinatorEpoch = (int) NONE;
    long lastTimestamp = NONE;
    long transactionFirstOffset = NONE;

    /** Offset of the marker that was seen last; not on disk. */
    long lastMarker = NONE;

    private final int[] lastSequences = new int[MAX_BATCHES];
    private final int[] offsetDeltas = new int[MAX_BATCHES];
    private final long[] lastOffsets = new long[MAX_BATCHES];
    private final long[] timestamps = new long[MAX_BATCHES];
    private int oldest;
    private int batches;

    ProducerEntry(long producerId) {
        this.producerId = producerId;
    }

    /** Another epoch forgets the batches of the one before. */
    void enterEpoch(short newEpoch) {
        if (epoch != newEpoch) {
            epoch = newEpoch;
            batches = 0;
        }
    }

    void addBatch(int lastSequence, long lastOffset, int offsetDelta, long timestamp) {
        int at = (oldest + batches) % MAX_BATCHES;
        if (batches == MAX_BATCHES) {
            oldest = (oldest + 1) % MAX_BATCHES;
        } else {
            batches++;
        }
        lastSequences[at] = lastSequence;
        lastOffsets[at] = lastOffset;
        offsetDeltas[at] = offsetDelta;
        timestamps[at] = timestamp;
    }

    boolean hasBatches() {
        return batches > 0;
    }

    int lastSequence() {
        return batches == 0 ? (int) NONE : lastSequences[newest()];
    }

    long lastOffset() {
        return batches == 0 ? NONE : lastOffsets[newest()];
    }

    int lastOffsetDelta() {
        return batches == 0 ? 0 : offsetDeltas[newest()];
    }

    private int newest() {
        return (oldest + batches - 1) % MAX_BATCHES;
    }

    /** The kept batch of exactly these sequence numbers, or null when there is none. */
    Verdict.@Nullable Duplicate duplicate(int firstSequence, int lastSequence) {
        for (int i = 0; i < batches; i++) {
            int at = (oldest + i) % MAX_BATCHES;
            if (lastSequences[at] == lastSequence
                    && Sequences.minus(lastSequence, offsetDeltas[at]) == firstSequence) {
                return new Verdict.Duplicate(
                        lastOffsets[at] - offsetDeltas[at], lastOffsets[at], timestamps[at]);
            }
        }
        return null;
    }

    boolean inTransaction() {
        return transactionFirstOffset != NONE;
    }
}
