package naru.broker.coordinator;

import naru.broker.partition.CommitListener;
import naru.log.AppendOutcome;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A shard's log in memory, whose high watermark and faults a test decides. */
final class MemoryShardLog implements ShardLog {
    private record Waiting(long endOffset, CommitListener listener) {}

    private final TreeMap<Long, ByteBuffer> batches = new TreeMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final int maxBatchBytes;
    private boolean commitsAtOnce = true;
    private Errors refusal = Errors.NONE;
    private int emptyReads;
    private long endOffset;
    private long highWatermark;
    private long records;

    MemoryShardLog(int maxBatchBytes) {
        this.maxBatchBytes = maxBatchBytes;
    }

    synchronized void commitsAtOnce(boolean atOnce) {
        commitsAtOnce = atOnce;
    }

    /** So many reads give up before they find anything, as those of a much damaged log do. */
    synchronized void giveUpReads(int count) {
        emptyReads = count;
    }

    synchronized void refuse(Errors error) {
        refusal = error;
    }

    synchronized long records() {
        return records;
    }

    synchronized int batchCount() {
        return batches.size();
    }

    void commitAll() {
        List<Waiting> reached;
        synchronized (this) {
            highWatermark = endOffset;
            reached = List.copyOf(waiting);
            waiting.clear();
        }
        reached.forEach(each -> each.listener().onCommitted());
    }

    @Override
    public String name() {
        return "memory-0";
    }

    @Override
    public int maxBatchBytes() {
        return maxBatchBytes;
    }

    @Override
    public synchronized AppendOutcome append(ByteBuffer bytes, AppendTerms terms) {
        if (refusal != Errors.NONE) {
            return new AppendOutcome.Refused(refusal, "the test says so");
        }
        long first = endOffset;
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
            batch.ensureValid();
            if (batch.sizeInBytes() > maxBatchBytes) {
                return new AppendOutcome.Refused(Errors.MESSAGE_TOO_LARGE, "a batch is too large");
            }
            int count = batch.countOrNull();
            batch.setLastOffset(endOffset + count - 1);
            ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
            batch.writeTo(copy);
            batches.put(endOffset, copy.flip());
            endOffset += count;
            records += count;
        }
        if (commitsAtOnce) {
            highWatermark = endOffset;
        }
        return new AppendOutcome.Appended(first, endOffset - 1, -1, 0);
    }

    @Override
    public void awaitCommit(long end, CommitListener listener) {
        synchronized (this) {
            if (highWatermark < end) {
                waiting.add(new Waiting(end, listener));
                return;
            }
        }
        listener.onCommitted();
    }

    @Override
    public long startOffset() {
        return 0;
    }

    @Override
    public synchronized long endOffset() {
        return endOffset;
    }

    @Override
    public synchronized void deleteBelow(long offset) {
        batches.headMap(offset, false).clear();
    }

    @Override
    public synchronized @Nullable MemoryRecords read(long offset, int maxBytes) {
        if (emptyReads > 0) {
            emptyReads--;
            return null;
        }
        Map.Entry<Long, ByteBuffer> first = batches.floorEntry(offset);
        return first == null ? null : MemoryRecords.readableRecords(first.getValue().duplicate());
    }
}
