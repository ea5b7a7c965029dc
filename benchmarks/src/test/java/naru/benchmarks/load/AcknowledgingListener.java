package naru.benchmarks.load;

import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers every Produce request by the same error code. A virtual thread for each connection. */
final class AcknowledgingListener implements AutoCloseable {
    private static final short VERSION = ApiKeys.PRODUCE.latestVersion();

    private final ServerSocket socket;
    private final Errors error;
    private final AtomicInteger requests = new AtomicInteger();

    private AcknowledgingListener(ServerSocket socket, Errors error) {
        this.socket = socket;
        this.error = error;
        Thread.ofVirtual().start(this::accept);
    }

    static AcknowledgingListener with(Errors error) throws IOException {
        return new AcknowledgingListener(
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), error);
    }

    String bootstrap() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            DataInputStream in = new DataInputStream(connection.getInputStream());
            while (true) {
                ByteBuffer frame = ByteBuffer.wrap(in.readNBytes(in.readInt()));
                requests.incrementAndGet();
                connection.getOutputStream().write(answer(frame));
            }
        } catch (IOException closed) {
            // The load is over.
        }
    }

    private byte[] answer(ByteBuffer frame) {
        RequestHeader header = RequestHeader.parse(frame);
        ProduceRequestData request =
                new ProduceRequestData(new ByteBufferAccessor(frame), header.apiVersion());
        var topic = request.topicData().iterator().next();
        ProduceResponseData response = new ProduceResponseData();
        response.responses()
                .add(
                        new TopicProduceResponse()
                                .setTopicId(topic.topicId())
                                .setPartitionResponses(
                                        List.of(
                                                new PartitionProduceResponse()
                                                        .setIndex(
                                                                topic.partitionData()
                                                                        .getFirst()
                                                                        .index())
                                                        .setErrorCode(error.code()))));
        ByteBuffer body = MessageUtil.toByteBufferAccessor(response, VERSION).buffer();
        int size = Integer.BYTES + 1 + body.remaining();
        return ByteBuffer.allocate(Integer.BYTES + size)
                .putInt(size)
                .putInt(header.correlationId())
                .put((byte) 0)
                .put(body)
                .array();
    }
}
