package naru.broker.partition;

import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;

import java.nio.ByteBuffer;

/**
 * How a transaction ended, as a partition is told it.
 *
 * @param coordinatorEpoch a partition takes markers from the newest coordinator only
 * @param transactionVersion from 2 on the epoch is larger than that of the transaction's batches
 */
public record TransactionMarker(
        long producerId,
        short producerEpoch,
        boolean commit,
        int coordinatorEpoch,
        short transactionVersion) {

    /** As a control batch, to be appended. */
    public ByteBuffer batch(long nowMillis) {
        return MemoryRecords.withEndTransactionMarker(
                        nowMillis,
                        producerId,
                        producerEpoch,
                        new EndTransactionMarker(
                                commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT,
                                coordinatorEpoch))
                .buffer();
    }
}
