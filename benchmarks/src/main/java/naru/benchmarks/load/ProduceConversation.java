package naru.benchmarks.load;

import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Sends one encoded Produce request to one partition again and again. */
final class ProduceConversation implements Conversation {
    private static final short VERSION = ApiKeys.PRODUCE.latestVersion();
    private static final int MAX_RESPONSE_BYTES = 8192;

    /** After size, correlation id, tags, topic count, topic id, partition count and index. */
    private static final int ERROR_CODE_AT = 4 + 4 + 1 + 1 + 16 + 1 + 4;

    private final ByteBuffer frame;
    private final ByteBuffer response = ByteBuffer.allocateDirect(MAX_RESPONSE_BYTES);
    private int correlationId;

    ProduceConversation(Topic topic, int partition, MemoryRecords batch, short acks) {
        ProduceRequestData request = new ProduceRequestData().setAcks(acks).setTimeoutMs(30_000);
        request.topicData()
                .add(
                        new TopicProduceData()
                                .setTopicId(topic.id())
                                .setPartitionData(
                                        List.of(
                                                new PartitionProduceData()
                                                        .setIndex(partition)
                                                        .setRecords(batch))));
        this.frame = RequestFrames.encode(ApiKeys.PRODUCE, VERSION, 0, request);
    }

    @Override
    public ByteBuffer next() {
        correlationId++;
        frame.rewind();
        frame.putInt(RequestFrames.CORRELATION_ID_AT, correlationId);
        return frame;
    }

    @Override
    public boolean receive(SocketChannel channel) throws IOException {
        if (channel.read(response) < 0) {
            throw new EOFException("the broker closed a connection that produces");
        }
        if (response.position() < Integer.BYTES) {
            return false;
        }
        int frameBytes = Integer.BYTES + response.getInt(0);
        if (frameBytes > MAX_RESPONSE_BYTES || frameBytes < ERROR_CODE_AT + 2) {
            throw new IOException("a produce response of " + frameBytes + " bytes");
        }
        if (response.position() < frameBytes) {
            return false;
        }
        int answered = response.getInt(4);
        Errors error = Errors.forCode(response.getShort(ERROR_CODE_AT));
        if (answered != correlationId || error != Errors.NONE) {
            throw new IOException(
                    "produce request "
                            + correlationId
                            + " was answered by "
                            + error
                            + " to "
                            + answered);
        }
        response.clear();
        return true;
    }
}
