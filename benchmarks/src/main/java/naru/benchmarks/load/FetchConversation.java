package naru.benchmarks.load;

import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * Reads one partition from its start to its end, over and over, without a fetch session. All its
 * batches are of one size, so the next offset follows from the number of bytes, and the records
 * themselves are read and discarded.
 */
final class FetchConversation implements Conversation {
    private static final short VERSION = ApiKeys.FETCH.latestVersion();

    /** After size, correlation id, tags and throttle time. */
    private static final int ERROR_CODE_AT = 4 + 4 + 1 + 4;

    /** After error code, session id, topic count, topic id, partition count and index. */
    private static final int PARTITION_ERROR_CODE_AT = ERROR_CODE_AT + 2 + 4 + 1 + 16 + 1 + 4;

    /** After error code, three offsets, no aborted transactions and the preferred replica. */
    private static final int RECORDS_AT = PARTITION_ERROR_CODE_AT + 2 + 24 + 1 + 4;

    private static final int HEAD_BYTES = RECORDS_AT + 5 + Long.BYTES;

    private final FetchRequestData request;
    private final FetchPartition asked;
    private final int batchBytes;
    private final int recordsPerBatch;
    private final long endOffset;
    private final ByteBuffer discard;
    private final ByteBuffer head = ByteBuffer.allocateDirect(HEAD_BYTES);
    private int correlationId;
    private long offset;
    private long unread = -1;
    private long recordBytes;

    /** {@code discard} is scratch space that conversations of one thread may share. */
    FetchConversation(
            Topic topic, int partition, FetchPlan plan, int maxBytes, ByteBuffer discard) {
        this.batchBytes = plan.batchBytes();
        this.recordsPerBatch = plan.recordsPerBatch();
        this.endOffset = plan.endOffset();
        this.discard = discard;
        this.asked =
                new FetchPartition()
                        .setPartition(partition)
                        .setCurrentLeaderEpoch(-1)
                        .setLastFetchedEpoch(-1)
                        .setLogStartOffset(-1)
                        .setPartitionMaxBytes(maxBytes);
        this.request =
                new FetchRequestData()
                        .setMaxWaitMs(500)
                        .setMinBytes(1)
                        .setMaxBytes(maxBytes)
                        .setSessionId(0)
                        .setSessionEpoch(-1)
                        .setTopics(
                                List.of(
                                        new FetchTopic()
                                                .setTopicId(topic.id())
                                                .setPartitions(List.of(asked))));
    }

    /** What stands in the partition: batches all alike, from offset 0 to the end offset. */
    record FetchPlan(int batchBytes, int recordsPerBatch, long endOffset) {}

    /** Bytes of records received so far. */
    long recordBytes() {
        return recordBytes;
    }

    @Override
    public ByteBuffer next() {
        correlationId++;
        asked.setFetchOffset(offset);
        return RequestFrames.encode(ApiKeys.FETCH, VERSION, correlationId, request);
    }

    @Override
    public boolean receive(SocketChannel channel) throws IOException {
        if (unread < 0 && !receiveHead(channel)) {
            return false;
        }
        while (unread > 0) {
            discard.clear().limit((int) Math.min(discard.capacity(), unread));
            int read = channel.read(discard);
            if (read < 0) {
                throw new EOFException("the broker closed a connection that fetches");
            }
            if (read == 0) {
                return false;
            }
            unread -= read;
        }
        unread = -1;
        head.clear();
        return true;
    }

    private boolean receiveHead(SocketChannel channel) throws IOException {
        if (channel.read(head) < 0) {
            throw new EOFException("the broker closed a connection that fetches");
        }
        if (head.position() < Integer.BYTES) {
            return false;
        }
        int frameBytes = Integer.BYTES + head.getInt(0);
        if (frameBytes < HEAD_BYTES) {
            throw new IOException("a fetch at offset " + offset + " got no records");
        }
        if (head.hasRemaining()) {
            return false;
        }
        check(Errors.forCode(head.getShort(ERROR_CODE_AT)));
        check(Errors.forCode(head.getShort(PARTITION_ERROR_CODE_AT)));
        head.position(RECORDS_AT);
        int bytes = readUnsignedVarint(head) - 1;
        long baseOffset = head.getLong();
        if (head.getInt(4) != correlationId || baseOffset != offset || bytes < batchBytes) {
            throw new IOException(
                    "a fetch at offset " + offset + " got " + bytes + " bytes from " + baseOffset);
        }
        recordBytes += bytes;
        offset += (long) (bytes / batchBytes) * recordsPerBatch;
        if (offset >= endOffset) {
            offset = 0;
        }
        unread = (long) frameBytes - HEAD_BYTES;
        return true;
    }

    private void check(Errors error) throws IOException {
        if (error != Errors.NONE) {
            throw new IOException("a fetch at offset " + offset + " was answered by " + error);
        }
    }

    private static int readUnsignedVarint(ByteBuffer buffer) {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte part = buffer.get();
            value |= (part & 0x7f) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("an unsigned varint of more than 5 bytes");
    }
}
