package naru.log.compaction;

import naru.wire.RecordBatchLayout;
import naru.wire.RecordStream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Notes the keys of batch after batch in an {@link OffsetMap}, but for those of aborted ones. */
final class KeyReader {
    private final OffsetMap map;
    private final KeyHash hash;
    private final RecordStream records;
    private final TransactionFilter transactions;
    private final long fromOffset;

    KeyReader(
            OffsetMap map,
            KeyHash hash,
            RecordStream records,
            TransactionFilter transactions,
            long fromOffset) {
        this.map = map;
        this.hash = hash;
        this.records = records;
        this.transactions = transactions;
        this.fromOffset = fromOffset;
    }

    /** Takes the batch in; false when the map is full and reaches only up to some record of it. */
    boolean read(ByteBuffer batch, int at) throws IOException {
        short attributes = RecordBatchLayout.attributes(batch, at);
        long producerId = RecordBatchLayout.producerId(batch, at);
        long lastOffset = RecordBatchLayout.lastOffset(batch, at);
        if (RecordBatchLayout.isControl(attributes)) {
            transactions.endsNothing(
                    producerId, lastOffset, BatchFilter.markerType(records, batch, at));
        } else {
            boolean transactional = RecordBatchLayout.isTransactional(attributes);
            if (!transactions.isAborted(producerId, transactional, lastOffset)
                    && !readKeys(batch, at)) {
                return false;
            }
        }
        map.reached(lastOffset);
        return true;
    }

    private boolean readKeys(ByteBuffer batch, int at) throws IOException {
        long baseOffset = RecordBatchLayout.baseOffset(batch, at);
        records.open(batch, at, Long.MAX_VALUE);
        while (records.next()) {
            hash.begin();
            records.readKey(hash::add);
            long offset = baseOffset + records.offsetDelta();
            if (offset >= fromOffset) {
                if (records.hasKey()) {
                    hash.end();
                    if (!map.put(hash, offset)) {
                        return false;
                    }
                }
                map.reached(offset);
            }
        }
        return true;
    }
}
