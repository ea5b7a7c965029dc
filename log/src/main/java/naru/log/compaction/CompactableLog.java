package naru.log.compaction;

import naru.log.LogConfig;
import naru.log.producer.AbortedTransaction;
import naru.log.segment.CleanedSegment;
import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;

import org.apache.kafka.common.TopicPartition;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** What compaction asks of a log. Everything may be called by the cleaner's thread at any time. */
public interface CompactableLog {
    /**
     * What a producer that is remembered wrote last.
     *
     * @param lastDataOffset of its last batch, or -1 when only a marker is known
     */
    record LastBatch(long lastDataOffset, short epoch) {}

    TopicPartition topicPartition();

    LogConfig config();

    SegmentContext context();

    /** Segments in the order of their offsets, the active one last; not to be changed. */
    Segment[] segments();

    long logStartOffset();

    long logEndOffset();

    long lastStableOffset();

    /** Below it everything is on the disk; what is sealed and not is asked to be synced. */
    long durableOffset();

    /** Transactions that were aborted and have records in [from, to). */
    List<AbortedTransaction> aborted(long from, long to) throws IOException;

    /** By producer id. */
    Map<Long, LastBatch> lastBatches();

    /**
     * Puts the copy in the place of the segments that it was made from.
     *
     * @param wanted asked under the log's lock
     * @return false when it is not wanted, or they do not stand in the log any more; nothing was
     *     changed then, and the copy is the caller's to discard
     */
    boolean replace(List<Segment> sources, CleanedSegment copy, BooleanSupplier wanted)
            throws IOException;
}
