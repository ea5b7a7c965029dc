package naru.broker.coordinator;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;

/** Writes coordinator records as record batches. */
final class RecordBatches {
    private static final int BATCH_OVERHEAD_BYTES = 128;
    private static final int RECORD_OVERHEAD_BYTES = 32;

    /** A coordinator does not number what it writes for a producer. */
    private static final int TRANSACTION_SEQUENCE = 0;

    private RecordBatches() {}

    /**
     * As many batches as are needed, one after the other. A record that is larger than a batch may
     * be gets a batch for itself, which the log will refuse.
     */
    static ByteBuffer of(
            List<CoordinatorRecord> records,
            Decision.@Nullable Transaction transaction,
            Compression compression,
            int maxBatchBytes,
            long nowMillis) {
        ByteBuffer all = ByteBuffer.allocate(estimate(records, maxBatchBytes));
        int next = 0;
        while (next < records.size()) {
            int end = endOfBatch(records, next, maxBatchBytes);
            MemoryRecords batch =
                    batch(
                            records.subList(next, end),
                            transaction,
                            compression,
                            maxBatchBytes,
                            nowMillis);
            all = put(all, batch.buffer());
            next = end;
        }
        return all.flip();
    }

    private static ByteBuffer put(ByteBuffer all, ByteBuffer batch) {
        if (all.remaining() >= batch.remaining()) {
            return all.put(batch);
        }
        return ByteBuffer.allocate(2 * (all.position() + batch.remaining()))
                .put(all.flip())
                .put(batch);
    }

    private static MemoryRecords batch(
            List<CoordinatorRecord> records,
            Decision.@Nullable Transaction transaction,
            Compression compression,
            int maxBatchBytes,
            long nowMillis) {
        try (MemoryRecordsBuilder builder =
                MemoryRecords.builder(
                        ByteBuffer.allocate(estimate(records, maxBatchBytes)),
                        RecordBatch.CURRENT_MAGIC_VALUE,
                        compression,
                        TimestampType.CREATE_TIME,
                        0,
                        nowMillis,
                        transaction == null ? RecordBatch.NO_PRODUCER_ID : transaction.producerId(),
                        transaction == null
                                ? RecordBatch.NO_PRODUCER_EPOCH
                                : transaction.producerEpoch(),
                        transaction == null ? RecordBatch.NO_SEQUENCE : TRANSACTION_SEQUENCE,
                        transaction != null,
                        RecordBatch.NO_PARTITION_LEADER_EPOCH)) {
            for (CoordinatorRecord record : records) {
                builder.append(nowMillis, record.key(), record.value());
            }
            return builder.build();
        }
    }

    private static int endOfBatch(List<CoordinatorRecord> records, int begin, int maxBatchBytes) {
        int size = BATCH_OVERHEAD_BYTES;
        int end = begin;
        while (end < records.size()) {
            size += sizeOf(records.get(end));
            if (end > begin && size > maxBatchBytes) {
                break;
            }
            end++;
        }
        return end;
    }

    private static int estimate(List<CoordinatorRecord> records, int maxBatchBytes) {
        long size = BATCH_OVERHEAD_BYTES;
        for (CoordinatorRecord record : records) {
            size += sizeOf(record);
        }
        return (int) Math.min(size, (long) maxBatchBytes + BATCH_OVERHEAD_BYTES);
    }

    /** At least what the record takes: varints of lengths, offset and time come to less. */
    private static int sizeOf(CoordinatorRecord record) {
        byte[] value = record.value();
        return RECORD_OVERHEAD_BYTES + record.key().length + (value == null ? 0 : value.length);
    }
}
