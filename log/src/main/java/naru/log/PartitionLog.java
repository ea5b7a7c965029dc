package naru.log;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The log of one replica: its segments on disk, its offsets, its producers and leader epochs.
 *
 * <p>Threads: appends and truncations are guarded by the log's own lock; reads and the offset
 * getters take none. Faults: {@link LogStorageException} when the disk refuses; the log then takes
 * no more appends until {@link #heal} finds that writing works again, and goes on being read.
 *
 * <p>Invariants: log start offset ≤ last stable offset ≤ high watermark ≤ log end offset; none of
 * them moves back but by truncation.
 */
public abstract class PartitionLog {
    public abstract TopicPartition topicPartition();

    public abstract Uuid topicId();

    public abstract LogConfig config();

    public abstract void reconfigure(LogConfig config);

    public abstract long logStartOffset();

    public abstract long logEndOffset();

    public abstract long highWatermark();

    /** Last stable offset: below it, every transaction is decided. At most the high watermark. */
    public abstract long lastStableOffset();

    /** Offset below which an fdatasync has made everything durable. */
    public abstract long durableOffset();

    /** Leader epoch of the last batch, or empty when there is none. */
    public abstract Optional<Integer> latestEpoch();

    /** Notes that a leader of this epoch begins at the present log end offset. */
    public abstract void beginEpoch(int leaderEpoch);

    /** Moves the high watermark forward, at most to the log end offset; true when it moved. */
    public abstract boolean advanceHighWatermark(long offset);

    /**
     * Assigns offsets, leader epoch and, as configured, time and codec to the batches between the
     * buffer's position and limit, and writes them. The buffer's content is changed. All batches of
     * one call are appended or none. Checks whatever of framing, CRC, sizes, timestamps, sequence
     * numbers and producer epochs a leader has to check.
     */
    public abstract AppendOutcome appendAsLeader(
            ByteBuffer batches, int leaderEpoch, Origin origin);

    /** Appends batches that already carry offsets and epochs, from the leader. */
    public abstract AppendOutcome appendAsFollower(ByteBuffer batches);

    /** Who sends batches: decides what is checked. */
    public enum Origin {
        CLIENT,
        COORDINATOR
    }

    /**
     * Finds what may be sent to a reader.
     *
     * @param offset first wanted offset
     * @param endOffset offset from which on nothing may be seen (high watermark, last stable
     *     offset, or log end offset for a replica)
     * @param maxBytes most bytes to answer with
     * @param atLeastOneBatch whether the first batch is answered whole even if larger than maxBytes
     */
    public abstract ReadOutcome read(
            long offset, long endOffset, int maxBytes, boolean atLeastOneBatch);

    /** Transactions aborted whose records lie in [from, to) (for {@code read_committed}). */
    public abstract List<FetchResponseData.AbortedTransaction> abortedTransactions(
            long from, long to);

    /** First record with a timestamp at or after the given, below {@code endOffset}. */
    public abstract Optional<TimestampedOffset> offsetForTimestamp(
            long timestampMillis, long endOffset);

    /** The record with the largest timestamp below {@code endOffset} (KIP-734). */
    public abstract Optional<TimestampedOffset> maxTimestampOffset(long endOffset);

    /** An offset, the timestamp of its record, and the leader epoch it was written in. */
    public record TimestampedOffset(long offset, long timestampMillis, int leaderEpoch) {}

    /**
     * The largest epoch ≤ the given one, and the offset where the next one begins (KIP-101, 279).
     */
    public abstract EpochEnd endOffsetFor(int leaderEpoch);

    /** {@code leaderEpoch} and {@code endOffset} are -1 when nothing is known of such an epoch. */
    public record EpochEnd(int leaderEpoch, long endOffset) {}

    /** Epoch of the record at this offset, or empty when not known. */
    public abstract Optional<Integer> epochFor(long offset);

    /** Raises the log start offset (DeleteRecords, retention); false when it already is there. */
    public abstract boolean advanceLogStartOffset(long offset);

    /** Removes all at and above the offset. */
    public abstract void truncateTo(long offset);

    /** Removes everything and begins anew at the offset. */
    public abstract void truncateFullyAndStartAt(long offset);

    /**
     * Asks for an fdatasync of all that is now appended; the callback runs on the syncing thread.
     */
    public abstract void sync(Runnable whenDurable);

    /** Writes through to the disk before returning. */
    public abstract void flush();

    /** Drops what retention says may go, at the high watermark at most; answers the bytes freed. */
    public abstract long applyRetention(long nowMillis);

    /** Total of the segments' bytes. */
    public abstract long sizeBytes();

    public abstract List<DescribeProducersResponseData.ProducerState> activeProducers();

    /** Why appends are refused at present, or null when they are not. */
    public abstract @Nullable String writeFault();

    /** Tries whether the disk takes writes again; true when appends go on. */
    public abstract boolean heal();
}
