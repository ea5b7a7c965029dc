package naru.log.compaction;

import naru.log.compaction.CompactableLog.LastBatch;
import naru.log.segment.CleanedSegment;
import naru.wire.RecordBatchLayout;
import naru.wire.RecordStream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;

/**
 * Decides what of a batch stays, as Kafka's cleaner does, and copies that.
 *
 * <p>Owned by one pass. Memory: a bit for each record of a batch; one with more than {@link
 * #MOST_RECORDS} is copied as it is.
 */
final class BatchFilter {
    private static final int MOST_RECORDS = 1 << 24;
    private static final int MARKER_KEY_BYTES = 4;
    private static final int KEPT_FLAGS =
            RecordBatchLayout.LOG_APPEND_TIME_FLAG
                    | RecordBatchLayout.TRANSACTIONAL_FLAG
                    | RecordBatchLayout.CONTROL_FLAG;

    /**
     * What a pass goes by.
     *
     * @param upperOffset the batch that ends here stays, if without records
     */
    record Terms(
            OffsetMap map,
            Map<Long, LastBatch> producers,
            TransactionFilter transactions,
            long upperOffset,
            long nowMillis,
            long deleteRetentionMillis) {}

    private final Terms terms;
    private final KeyHash hash;
    private final RecordStream records;
    private final BatchRewriter rewriter;
    private final BitSet stay = new BitSet();

    private int stayCount;
    private boolean tombstones;
    private long maxTimestamp;

    BatchFilter(Terms terms, KeyHash hash, RecordStream records) {
        this.terms = terms;
        this.hash = hash;
        this.records = records;
        this.rewriter = new BatchRewriter(records);
    }

    /** Copies what stays of the batch; false when that is all of it, as it is. */
    boolean copy(ByteBuffer batch, int at, CleanedSegment target) throws IOException {
        boolean control = RecordBatchLayout.isControl(RecordBatchLayout.attributes(batch, at));
        boolean endsNothing = control && endsNothing(batch, at);
        boolean discard = control ? endsNothing && horizonPassed(batch, at) : isAborted(batch, at);
        int count = RecordBatchLayout.recordCount(batch, at);
        if (discard || count == 0) {
            return withoutRecords(batch, at, target);
        }
        if (count > MOST_RECORDS) {
            target.append(batch, at);
            return false;
        }
        decide(batch, at, control);
        if (stayCount == 0) {
            return withoutRecords(batch, at, target);
        }
        boolean newHorizon =
                (tombstones || endsNothing)
                        && !RecordBatchLayout.hasDeleteHorizon(
                                RecordBatchLayout.attributes(batch, at));
        if (stayCount == count && !newHorizon) {
            target.append(batch, at);
            return false;
        }
        long horizon =
                newHorizon
                        ? terms.nowMillis + terms.deleteRetentionMillis
                        : BatchRewriter.SAME_BASE;
        rewriter.copy(batch, at, stay, stayCount, maxTimestamp, horizon, target);
        return true;
    }

    private boolean endsNothing(ByteBuffer batch, int at) throws IOException {
        return terms.transactions.endsNothing(
                RecordBatchLayout.producerId(batch, at),
                RecordBatchLayout.lastOffset(batch, at),
                markerType(records, batch, at));
    }

    /** 0 abort, 1 commit, others that end no transaction; -1 when the batch is empty. */
    static int markerType(RecordStream records, ByteBuffer batch, int at) throws IOException {
        records.open(batch, at, Long.MAX_VALUE);
        if (!records.next()) {
            return -1;
        }
        byte[] key = new byte[MARKER_KEY_BYTES];
        int[] had = new int[1];
        records.readKey((bytes, from, length) -> {
            int piece = Math.min(length, key.length - had[0]);
            System.arraycopy(bytes, from, key, had[0], piece);
            had[0] += piece;
        });
        return had[0] < key.length ? Short.MAX_VALUE : (key[2] << 8) | (key[3] & 0xff);
    }

    private boolean isAborted(ByteBuffer batch, int at) {
        return terms.transactions.isAborted(
                RecordBatchLayout.producerId(batch, at),
                RecordBatchLayout.isTransactional(RecordBatchLayout.attributes(batch, at)),
                RecordBatchLayout.lastOffset(batch, at));
    }

    /** Whether the batch says since when its tombstones or marker may go, and that is over. */
    private boolean horizonPassed(ByteBuffer batch, int at) {
        return RecordBatchLayout.hasDeleteHorizon(RecordBatchLayout.attributes(batch, at))
                && RecordBatchLayout.baseTimestamp(batch, at) <= terms.nowMillis;
    }

    private void decide(ByteBuffer batch, int at, boolean control) throws IOException {
        stay.clear();
        stayCount = 0;
        tombstones = false;
        maxTimestamp = RecordBatchLayout.NO_TIMESTAMP;
        long baseOffset = RecordBatchLayout.baseOffset(batch, at);
        long baseTimestamp = RecordBatchLayout.baseTimestamp(batch, at);
        boolean tombstonesGo = horizonPassed(batch, at);
        records.open(batch, at, Long.MAX_VALUE);
        while (records.next()) {
            hash.begin();
            records.readKey(hash::add);
            if (control || stays(baseOffset + records.offsetDelta(), tombstonesGo)) {
                stay.set(records.index());
                stayCount++;
                tombstones |= !records.hasValue();
                maxTimestamp = Math.max(maxTimestamp, baseTimestamp + records.timestampDelta());
            }
        }
    }

    private boolean stays(long offset, boolean tombstonesGo) {
        if (offset > terms.map.latestOffset()) {
            return true;
        }
        if (!records.hasKey()) {
            return false;
        }
        hash.end();
        return offset >= terms.map.get(hash) && (records.hasValue() || !tombstonesGo);
    }

    private boolean withoutRecords(ByteBuffer batch, int at, CleanedSegment target)
            throws IOException {
        long next = RecordBatchLayout.lastOffset(batch, at) + 1;
        if (!isLastOfProducer(batch, at) && next != terms.upperOffset) {
            return true;
        }
        if (RecordBatchLayout.recordCount(batch, at) == 0) {
            target.append(batch, at);
            return false;
        }
        ByteBuffer header = ByteBuffer.allocate(RecordBatchLayout.HEADER_BYTES);
        header.put(0, batch, at, RecordBatchLayout.HEADER_BYTES);
        header.putShort(
                RecordBatchLayout.ATTRIBUTES_AT,
                (short) (RecordBatchLayout.attributes(batch, at) & KEPT_FLAGS));
        header.putLong(RecordBatchLayout.BASE_TIMESTAMP_AT, RecordBatchLayout.NO_TIMESTAMP);
        header.putInt(RecordBatchLayout.RECORD_COUNT_AT, 0);
        target.beginBatch(header);
        target.endBatch();
        return true;
    }

    /** Whether the producer's sequence numbers, or its epoch, are known by this batch alone. */
    private boolean isLastOfProducer(ByteBuffer batch, int at) {
        @Nullable LastBatch last = terms.producers.get(RecordBatchLayout.producerId(batch, at));
        if (last == null) {
            return false;
        }
        return last.lastDataOffset() >= 0
                ? last.lastDataOffset() == RecordBatchLayout.lastOffset(batch, at)
                : RecordBatchLayout.isControl(RecordBatchLayout.attributes(batch, at))
                        && last.epoch() == RecordBatchLayout.producerEpoch(batch, at);
    }
}
