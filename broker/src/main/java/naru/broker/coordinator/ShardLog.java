package naru.broker.coordinator;

import naru.broker.partition.CommitListener;
import naru.log.AppendOutcome;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/** The partition that holds a shard's records, in the epoch in which this broker leads it. */
interface ShardLog {
    String name();

    /** Largest batch that may be appended. */
    int maxBatchBytes();

    /** Appends all batches or none; what the disk refuses is refused here, not thrown. */
    AppendOutcome append(ByteBuffer batches, AppendTerms terms);

    /** Tells the listener when everything below this offset is committed; at once if it is. */
    void awaitCommit(long endOffset, CommitListener listener);

    long startOffset();

    long endOffset();

    /** Deletes what is below the offset, as far as it is committed. */
    void deleteBelow(long offset);

    /**
     * Whole batches from this offset on, the first of which may begin before it; null when there
     * are none.
     */
    @Nullable MemoryRecords read(long offset, int maxBytes);
}
