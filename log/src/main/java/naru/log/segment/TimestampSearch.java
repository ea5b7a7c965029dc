package naru.log.segment;

import naru.log.TimestampedOffset;

import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds records of a segment by their timestamps. Keys and values are skipped, so that a batch that
 * unpacks to very much costs time but no memory.
 */
public final class TimestampSearch {
    private final Segment segment;

    public TimestampSearch(Segment segment) {
        this.segment = segment;
    }

    /**
     * First record at or after both, and below the end offset, or null when the segment has none.
     */
    public @Nullable TimestampedOffset first(long timestamp, long startOffset, long endOffset)
            throws IOException {
        SparseIndex.Entry before = segment.times().floorByKey(timestamp - 1);
        long from = before == null ? segment.baseOffset() : segment.baseOffset() + before.value();
        return search(
                Math.max(from, startOffset),
                batch -> batch.maxTimestamp() >= timestamp,
                record -> record.timestamp() >= timestamp && record.offset() >= startOffset,
                endOffset);
    }

    /** Largest timestamp of a record in [startOffset, endOffset), or -1. */
    public long largest(long startOffset, long endOffset) throws IOException {
        if (startOffset <= segment.baseOffset() && endOffset >= segment.nextOffset()) {
            return segment.maxTimestamp();
        }
        long[] largest = {-1};
        int from = new SegmentReader(segment).positionOf(startOffset);
        segment.scan(
                from,
                segment.baseOffset(),
                batch -> {
                    if (batch.baseOffset() >= endOffset) {
                        return false;
                    }
                    boolean whole =
                            batch.baseOffset() >= startOffset && batch.lastOffset() < endOffset;
                    long here =
                            whole ? batch.maxTimestamp() : largestIn(batch, startOffset, endOffset);
                    largest[0] = Math.max(largest[0], here);
                    return true;
                });
        return largest[0];
    }

    private interface Wanted<T> {
        boolean test(T candidate) throws IOException;
    }

    private @Nullable TimestampedOffset search(
            long fromOffset, Wanted<BatchCursor> wanted, Wanted<Record> record, long endOffset)
            throws IOException {
        int position = new SegmentReader(segment).positionOf(fromOffset);
        @Nullable TimestampedOffset[] found = new TimestampedOffset[1];
        segment.scan(
                position,
                segment.baseOffset(),
                batch -> {
                    if (batch.baseOffset() >= endOffset) {
                        return false;
                    }
                    if (wanted.test(batch)) {
                        found[0] = firstIn(batch, record, endOffset);
                    }
                    return found[0] == null;
                });
        return found[0];
    }

    private @Nullable TimestampedOffset firstIn(
            BatchCursor cursor, Wanted<Record> wanted, long endOffset) throws IOException {
        DefaultRecordBatch batch = load(cursor);
        try (CloseableIterator<Record> records =
                batch.skipKeyValueIterator(BufferSupplier.NO_CACHING)) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.offset() < endOffset && wanted.test(record)) {
                    return new TimestampedOffset(
                            record.offset(), record.timestamp(), batch.partitionLeaderEpoch());
                }
            }
        }
        return null;
    }

    private static long largestIn(BatchCursor cursor, long startOffset, long endOffset)
            throws IOException {
        DefaultRecordBatch batch = load(cursor);
        long largest = -1;
        try (CloseableIterator<Record> records =
                batch.skipKeyValueIterator(BufferSupplier.NO_CACHING)) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.offset() >= startOffset && record.offset() < endOffset) {
                    largest = Math.max(largest, record.timestamp());
                }
            }
        }
        return largest;
    }

    /** Transaction markers have timestamps too, and Kafka finds them like any other record. */
    private static DefaultRecordBatch load(BatchCursor cursor) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) cursor.sizeBytes());
        cursor.copyTo(bytes);
        return (DefaultRecordBatch)
                MemoryRecords.readableRecords(bytes).batches().iterator().next();
    }
}
