package naru.log;

import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.protocol.Errors;

import java.nio.ByteBuffer;

/** Offsets of the whole batches between a buffer's position and limit. */
final class BatchOffsets {
    private BatchOffsets() {}

    /** Gives the batches offsets from the base on, and the epoch; answers the next offset. */
    static long assign(ByteBuffer batches, long base, int leaderEpoch) {
        long next = base;
        for (int at = batches.position(); at < batches.limit(); ) {
            batches.putLong(at + RecordBatchLayout.BASE_OFFSET_AT, next);
            batches.putInt(at + RecordBatchLayout.LEADER_EPOCH_AT, leaderEpoch);
            next = RecordBatchLayout.lastOffset(batches, at) + 1;
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        return next;
    }

    /**
     * The offset behind the last batch; -1 when one begins below the end of what stands before it.
     */
    static long endOffset(ByteBuffer batches, long logEndOffset) {
        long next = logEndOffset;
        for (int at = batches.position(); at < batches.limit(); ) {
            if (RecordBatchLayout.baseOffset(batches, at) < next) {
                return -1;
            }
            next = RecordBatchLayout.lastOffset(batches, at) + 1;
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        return next;
    }

    static AppendOutcome.Refused notExpected(long sent, long logEndOffset) {
        return new AppendOutcome.Refused(
                Errors.INVALID_RECORD,
                "The leader sent offset " + sent + " where " + logEndOffset + " was expected.");
    }
}
