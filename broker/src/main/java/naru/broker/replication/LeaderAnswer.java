package naru.broker.replication;

import naru.log.AppendOutcome;
import naru.log.EpochEnd;
import naru.log.PartitionLog;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;

/**
 * Does to a follower's log what its leader has answered. Called while nobody else changes the log.
 * Faults: {@code LogStorageException}.
 */
final class LeaderAnswer {
    private static final Logger LOG = LoggerFactory.getLogger("naru.replication");

    private LeaderAnswer() {}

    /** What came of it. */
    sealed interface Outcome {
        /** The log is as the leader said; so many bytes were appended. */
        record Applied(int bytes) implements Outcome {}

        /** There were bytes and no whole batch among them. */
        record Nothing() implements Outcome {}

        /** Something was wrong, and the log is as it was. */
        record Failed(Errors error, String message) implements Outcome {}
    }

    /**
     * @param fetchOffset from where was fetched, which must still be the log's end
     */
    static Outcome apply(
            PartitionLog log, PartitionData answer, int leaderEpoch, long fetchOffset) {
        if (answer.divergingEpoch().endOffset() >= 0) {
            truncate(log, answer.divergingEpoch());
            return new Outcome.Applied(0);
        }
        if (log.logEndOffset() != fetchOffset) {
            return new Outcome.Failed(
                    Errors.INVALID_RECORD,
                    "the log ends at %d and not at %d, from where was fetched"
                            .formatted(log.logEndOffset(), fetchOffset));
        }
        Outcome outcome = append(log, answer, leaderEpoch);
        if (outcome instanceof Outcome.Applied) {
            log.advanceHighWatermark(answer.highWatermark());
            log.advanceLogStartOffset(answer.logStartOffset());
        }
        return outcome;
    }

    /**
     * The leader's log parts from ours: it has told the largest epoch not above our last one, and
     * where that ends. What we have of later epochs, and more of that epoch, was never committed.
     */
    private static void truncate(PartitionLog log, EpochEndOffset leader) {
        EpochEnd own = log.endOffsetFor(leader.epoch());
        long end = log.logEndOffset();
        long target;
        if (own.endOffset() < 0) {
            target = Math.min(leader.endOffset(), end);
        } else if (own.leaderEpoch() != leader.epoch()) {
            target = Math.min(own.endOffset(), end);
        } else {
            target = Math.min(Math.min(own.endOffset(), leader.endOffset()), end);
        }
        if (target < log.highWatermark()) {
            LOG.warn(
                    "{}: what was committed is cut off, from {} to {}: a replica that lacked it was"
                            + " elected",
                    log.topicPartition(),
                    log.highWatermark(),
                    target);
        }
        LOG.info(
                "{}: cut from {} to {}, where it parts from the leader's epoch {}",
                log.topicPartition(),
                end,
                target,
                leader.epoch());
        log.truncateTo(target);
    }

    private static Outcome append(PartitionLog log, PartitionData answer, int leaderEpoch) {
        if (!(answer.records() instanceof MemoryRecords records) || records.sizeInBytes() == 0) {
            return new Outcome.Applied(0);
        }
        ByteBuffer batches = records.buffer();
        if (!wholeBatches(batches, log.logEndOffset(), leaderEpoch)) {
            return new Outcome.Nothing();
        }
        alignEmpty(log, batches, answer.logStartOffset());
        int bytes = batches.remaining();
        return switch (log.appendAsFollower(batches)) {
            case AppendOutcome.Appended appended -> new Outcome.Applied(bytes);
            case AppendOutcome.Duplicate duplicate -> new Outcome.Applied(0);
            case AppendOutcome.Refused refused ->
                    new Outcome.Failed(refused.error(), refused.message());
        };
    }

    /**
     * Narrows the buffer to what may be appended: whole batches, none wholly below the log's end,
     * and none of an epoch that had not begun when it was asked, which a leader sends that has lost
     * its leadership meanwhile. False when nothing is left. Batches of no known form are left for
     * the log to refuse.
     */
    static boolean wholeBatches(ByteBuffer batches, long logEndOffset, int leaderEpoch) {
        int at = batches.position();
        int end = batches.limit();
        while (end - at >= RecordBatchLayout.HEADER_BYTES
                && RecordBatchLayout.magic(batches, at) == RecordBatchLayout.MAGIC) {
            long size = RecordBatchLayout.sizeBytes(batches, at);
            if (size > end - at || RecordBatchLayout.leaderEpoch(batches, at) > leaderEpoch) {
                batches.limit(at);
                return batches.hasRemaining();
            }
            if (size < RecordBatchLayout.HEADER_BYTES) {
                return true;
            }
            if (at == batches.position()
                    && RecordBatchLayout.lastOffset(batches, at) < logEndOffset) {
                batches.position(at + (int) size);
            }
            at += (int) size;
        }
        if (end - at < RecordBatchLayout.HEADER_BYTES) {
            batches.limit(at);
        }
        return batches.hasRemaining();
    }

    /**
     * An empty log whose start lies within the leader's first batch begins where that does; its
     * start is raised again after the append.
     */
    private static void alignEmpty(PartitionLog log, ByteBuffer batches, long leaderStart) {
        if (batches.remaining() < RecordBatchLayout.HEADER_BYTES) {
            return;
        }
        long base = RecordBatchLayout.baseOffset(batches, batches.position());
        if (base >= 0
                && base < log.logEndOffset()
                && log.logStartOffset() == log.logEndOffset()
                && leaderStart <= log.logEndOffset()) {
            log.truncateFullyAndStartAt(base);
        }
    }
}
