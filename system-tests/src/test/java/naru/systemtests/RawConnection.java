package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/** A socket to a broker that says what it likes. */
final class RawConnection implements AutoCloseable {
    static final int CORRELATION_ID = 7;

    private static final int ANSWER_BOUND_MILLIS = 20_000;
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final Socket socket = new Socket();

    RawConnection(String bootstrap) {
        int colon = bootstrap.lastIndexOf(':');
        try {
            socket.connect(
                    new InetSocketAddress(
                            bootstrap.substring(0, colon),
                            Integer.parseInt(bootstrap.substring(colon + 1))),
                    ANSWER_BOUND_MILLIS);
            socket.setSoTimeout(ANSWER_BOUND_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Header and body of a request, without the length in front. */
    static ByteBuffer frame(ApiKeys api, short version, ByteBuffer body) {
        RequestHeader header = new RequestHeader(api, version, "hostile", CORRELATION_ID);
        ByteBuffer head =
                RequestUtils.serialize(
                        header.data(),
                        header.headerVersion(),
                        new ApiVersionsRequestData(),
                        (short) 0);
        return ByteBuffer.allocate(head.remaining() + body.remaining()).put(head).put(body).flip();
    }

    static ByteBuffer body(ApiMessage message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer body = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(body), cache, version);
        return body.flip();
    }

    /** Sends bytes as they are; false when the broker has hung up. */
    boolean send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    boolean sendFrame(ByteBuffer frame) {
        ByteBuffer whole = ByteBuffer.allocate(4 + frame.remaining());
        whole.putInt(frame.remaining()).put(frame.duplicate());
        return send(whole.array());
    }

    /** The next answer, without its length; null when the broker hung up. Silence is a failure. */
    @Nullable ByteBuffer receive() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            assertThat(length).as("length of the answer").isBetween(4, MAX_ANSWER_BYTES);
            byte[] answer = new byte[length];
            in.readFully(answer);
            return ByteBuffer.wrap(answer);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither an answer nor the end of the connection", e);
        } catch (IOException e) {
            return null;
        }
    }

    void finishSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // The broker has hung up already, which is as good.
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
