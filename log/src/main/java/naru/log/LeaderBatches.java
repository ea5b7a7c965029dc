package naru.log;

import naru.log.AppendOutcome.Refused;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** Sound batches that a leader has sent, as a follower's log sees them. */
final class LeaderBatches {
    private LeaderBatches() {}

    /** Why they cannot stand behind the end of the log, or null when they can. */
    static @Nullable Refused misplaced(ByteBuffer batches, long logEndOffset) {
        if (!batches.hasRemaining()) {
            return new Refused(Errors.INVALID_RECORD, "The leader sent no whole batch.");
        }
        long next = logEndOffset;
        for (int at = batches.position(); at < batches.limit(); ) {
            long base = RecordBatchLayout.baseOffset(batches, at);
            if (base < next) {
                return new Refused(
                        Errors.INVALID_RECORD,
                        "The leader sent offset %d where %d or more was expected."
                                .formatted(base, next));
            }
            next = RecordBatchLayout.lastOffset(batches, at) + 1;
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        return null;
    }

    /** Offset behind the last of them. */
    static long nextOffset(ByteBuffer batches) {
        long next = 0;
        for (int at = batches.position(); at < batches.limit(); ) {
            next = RecordBatchLayout.lastOffset(batches, at) + 1;
            at += (int) RecordBatchLayout.sizeBytes(batches, at);
        }
        return next;
    }
}
