package naru.broker.coordinator;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Shard;

import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies a whole log to a new shard, some of it at a time. */
final class ShardLoading {
    private static final Logger LOG = LoggerFactory.getLogger("naru.coordinator");
    private static final int COMPLAINTS = 10;

    /** A read gives up after some damage, and the next one goes on behind it. */
    private static final int MOST_EMPTY_READS = 100;

    private final ShardLog log;
    private final Shard<?> shard;
    private long records;
    private int damaged;

    ShardLoading(ShardLog log, Shard<?> shard) {
        this.log = log;
        this.shard = shard;
    }

    record Loaded(long endOffset, long records) {}

    Loaded load(int bytesAtATime) {
        long next = log.startOffset();
        long end = log.endOffset();
        int emptyReads = 0;
        while (next < end) {
            MemoryRecords read = log.read(next, bytesAtATime);
            long after = read == null ? next : apply(read, next);
            if (after <= next && ++emptyReads < MOST_EMPTY_READS) {
                continue;
            }
            if (after <= next) {
                LOG.error(
                        "{} cannot be read at offset {}; what follows is not loaded",
                        log.name(),
                        next);
                break;
            }
            next = after;
            emptyReads = 0;
        }
        return new Loaded(end, records);
    }

    private long apply(MemoryRecords read, long from) {
        long next = from;
        for (MutableRecordBatch batch : read.batches()) {
            if (batch.lastOffset() < from) {
                continue;
            }
            if (batch.isControlBatch()) {
                applyMarker(batch);
            } else {
                applyRecords(batch, from);
            }
            next = batch.nextOffset();
        }
        return next;
    }

    private void applyMarker(MutableRecordBatch batch) {
        for (Record record : batch) {
            ControlRecordType type = ControlRecordType.parse(record.key());
            if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
                shard.applyTransactionEnd(batch.producerId(), type == ControlRecordType.COMMIT);
            }
        }
    }

    private void applyRecords(MutableRecordBatch batch, long from) {
        for (Record record : batch) {
            if (record.offset() < from || !record.hasKey()) {
                continue;
            }
            CoordinatorRecord read =
                    new CoordinatorRecord(
                            Utils.toArray(record.key()),
                            record.hasValue() ? Utils.toArray(record.value()) : null);
            try {
                if (batch.isTransactional()) {
                    shard.applyTransactional(batch.producerId(), read);
                } else {
                    shard.apply(read, record.offset());
                }
                records++;
            } catch (RuntimeException e) {
                if (++damaged <= COMPLAINTS) {
                    LOG.warn(
                            "{}: the record at offset {} is passed over: {}",
                            log.name(),
                            record.offset(),
                            e.toString());
                }
            }
        }
    }
}
