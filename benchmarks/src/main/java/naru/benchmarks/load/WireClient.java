package naru.benchmarks.load;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * One blocking connection for what is not measured or happens once: a request of the latest
 * version, then its answer. One owner.
 */
public final class WireClient implements AutoCloseable {
    private static final int MAX_RESPONSE_BYTES = 64 << 20;

    private final SocketChannel channel;
    private int correlationId;

    private WireClient(SocketChannel channel) {
        this.channel = channel;
    }

    public static WireClient connect(String bootstrap) throws IOException {
        return new WireClient(open(bootstrap));
    }

    static SocketChannel open(String bootstrap) throws IOException {
        int port = Integer.parseInt(bootstrap.substring(bootstrap.lastIndexOf(':') + 1));
        SocketChannel channel =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.socket().setTcpNoDelay(true);
        return channel;
    }

    public ApiMessage send(ApiKeys api, ApiMessage request) throws IOException {
        short version = api.latestVersion();
        correlationId++;
        ByteBuffer frame = RequestFrames.encode(api, version, correlationId, request);
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
        ByteBuffer response = read(api, read(api, Integer.BYTES).getInt());
        ByteBufferAccessor accessor = new ByteBufferAccessor(response);
        int answered = accessor.readInt();
        if (answered != correlationId) {
            throw new IOException("answer to " + answered + " instead of " + correlationId);
        }
        if (api.responseHeaderVersion(version) >= 1 && accessor.readUnsignedVarint() != 0) {
            throw new IOException("tagged fields in a response header");
        }
        ApiMessage message = api.messageType.newResponse();
        message.read(accessor, version);
        return message;
    }

    private ByteBuffer read(ApiKeys api, int bytes) throws IOException {
        if (bytes < 0 || bytes > MAX_RESPONSE_BYTES) {
            throw new IOException("response of " + bytes + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the broker closed the connection on " + api);
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
