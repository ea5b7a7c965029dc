package naru.broker.coordinator;

import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.log.AppendOutcome;
import naru.log.LogSlice;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * A shard's log as a partition that is led here. Appends in the epoch in which the shard is loaded
 * and in no other, so that a former coordinator writes nothing.
 */
final class PartitionShardLog implements ShardLog {
    private static final int BATCH_HEADER_BYTES = 61;

    private final Partition partition;
    private final PartitionLog firstLog;
    private final int leaderEpoch;

    PartitionShardLog(Partition partition, PartitionLog log, int leaderEpoch) {
        this.partition = partition;
        this.firstLog = log;
        this.leaderEpoch = leaderEpoch;
    }

    private PartitionLog log() {
        return partition.ledLogOr(firstLog);
    }

    @Override
    public String name() {
        return partition.topicPartition().toString();
    }

    @Override
    public int maxBatchBytes() {
        return log().config().maxMessageBytes();
    }

    @Override
    public AppendOutcome append(ByteBuffer batches, AppendTerms terms) {
        try {
            return partition.appendIn(leaderEpoch, batches, terms);
        } catch (LogStorageException e) {
            return new AppendOutcome.Refused(
                    Errors.KAFKA_STORAGE_ERROR, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void awaitCommit(long endOffset, CommitListener listener) {
        partition.awaitCommit(endOffset, leaderEpoch, listener);
    }

    @Override
    public long startOffset() {
        return log().logStartOffset();
    }

    @Override
    public long endOffset() {
        return log().logEndOffset();
    }

    @Override
    public void deleteBelow(long offset) {
        log().advanceLogStartOffset(offset);
    }

    /**
     * A first batch that is larger than asked for is cut short by the log: then it is read whole.
     */
    @Override
    public @Nullable MemoryRecords read(long offset, int maxBytes) {
        if (!(log().read(offset, log().logEndOffset(), maxBytes, true)
                instanceof ReadOutcome.Found found)) {
            return null;
        }
        LogSlice slice = found.slice();
        MemoryRecords records = MemoryRecords.readableRecords(bytes(slice, slice.sizeBytes()));
        Integer first = records.firstBatchSize();
        if (first != null && first > slice.sizeBytes() && first > BATCH_HEADER_BYTES) {
            return MemoryRecords.readableRecords(bytes(slice, first));
        }
        return records;
    }

    private static ByteBuffer bytes(LogSlice slice, int size) {
        ByteBuffer buffer = ByteBuffer.allocate(size);
        try {
            long at = slice.position();
            while (buffer.hasRemaining()) {
                int read = slice.channel().read(buffer, at + buffer.position());
                if (read < 0) {
                    break;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.flip();
    }
}
