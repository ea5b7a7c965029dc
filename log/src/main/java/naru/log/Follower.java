package naru.log;

import naru.log.AppendOutcome.Refused;
import naru.wire.RecordBatchLayout;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * A log that becomes and stays equal to its leader's, whether that is another log of this node (a
 * copy for another data folder) or another node's: {@link #wanted} says what to ask the leader for,
 * {@link #take} what is done with its answer.
 *
 * <p>Threads: one at a time; nobody else appends to the log.
 */
public final class Follower {
    private static final int NO_EPOCH = -1;

    private final PartitionLog log;

    public Follower(PartitionLog log) {
        this.log = log;
    }

    /**
     * What the log lacks.
     *
     * @param lastEpoch epoch of the log's last batch, or -1 when it has none
     */
    public record Wanted(long offset, int lastEpoch) {}

    public PartitionLog log() {
        return log;
    }

    public Wanted wanted() {
        return new Wanted(log.logEndOffset(), log.latestEpoch().orElse(NO_EPOCH));
    }

    /**
     * Does what the answer to {@link #wanted} asks for.
     *
     * @return why the batches could not be appended, or null
     * @throws LogStorageException when the disk refuses to truncate
     */
    public @Nullable Refused take(LeaderAnswer answer) {
        switch (answer) {
            case LeaderAnswer.Records records -> {
                return append(records);
            }
            case LeaderAnswer.Diverging(int epoch, long endOffset) ->
                    log.truncateTo(commonEnd(epoch, endOffset));
            case LeaderAnswer.OutOfRange(long start, long end) -> {
                if (log.logEndOffset() > end) {
                    log.truncateTo(end);
                }
                if (log.logEndOffset() < start) {
                    log.truncateFullyAndStartAt(start);
                }
            }
        }
        return null;
    }

    /** Up to where both logs have the same batches, as far as their epochs tell (KIP-101). */
    private long commonEnd(int leadersEpoch, long leadersEnd) {
        long own = log.endOffsetFor(leadersEpoch).endOffset();
        if (leadersEpoch < 0 || own < 0) {
            return log.logStartOffset();
        }
        return Math.min(own, leadersEnd);
    }

    private @Nullable Refused append(LeaderAnswer.Records records) {
        ByteBuffer batches = records.batches();
        if (batches.remaining() >= RecordBatchLayout.HEADER_BYTES) {
            beginWithin(RecordBatchLayout.baseOffset(batches, batches.position()));
            if (log.appendAsFollower(batches) instanceof Refused refused) {
                return refused;
            }
        }
        log.advanceHighWatermark(records.highWatermark());
        log.advanceLogStartOffset(records.logStartOffset());
        return null;
    }

    /** The leader's log may start within a batch (KIP-107), which is stored whole. */
    private void beginWithin(long baseOffset) {
        if (baseOffset < log.logEndOffset() && log.logStartOffset() == log.logEndOffset()) {
            log.truncateFullyAndStartAt(baseOffset);
        }
    }
}
