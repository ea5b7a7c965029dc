package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * A client's end of one connection: sends requests and reads answers when it is told to. An answer
 * that does not come is a {@link java.net.SocketTimeoutException}.
 */
public final class Peer implements AutoCloseable {
    private static final int BOUND_MILLIS = 10_000;

    private final Socket socket;
    private final DataInputStream in;

    public Peer(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** A client behind a socket that is connected, for example by TLS. */
    public Peer(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(BOUND_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Port of the first address of a node. */
    public static int portOf(Node node) {
        String address = node.bootstrap().getFirst();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    public void send(ApiKeys api, int version, int correlation, ApiMessage body)
            throws IOException {
        ByteBuffer tail = MessageUtil.toByteBufferAccessor(body, (short) version).buffer();
        send(api, version, correlation, tail);
    }

    public void send(ApiKeys api, int version, int correlation, ByteBuffer body)
            throws IOException {
        RequestHeader header = new RequestHeader(api, (short) version, "peer", correlation);
        ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
        byte[] frame = new byte[4 + head.remaining() + body.remaining()];
        ByteBuffer.wrap(frame).putInt(frame.length - 4).put(head).put(body);
        socket.getOutputStream().write(frame);
    }

    /** Sends what need not be a request. */
    public void sendBytes(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Reads until the other side ends the connection: how many bytes came before that. */
    public int drain() throws IOException {
        int count = 0;
        byte[] buffer = new byte[8192];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                count += read;
            }
        } catch (SocketException reset) {
            return count;
        }
        return count;
    }

    /** The body of the next answer, which must be the one to this request. */
    public ApiMessage receive(ApiKeys api, int version, int correlation) throws IOException {
        byte[] reply = new byte[in.readInt()];
        in.readFully(reply);
        ByteBuffer buffer = ByteBuffer.wrap(reply);
        assertThat(buffer.getInt()).as("correlation id of %s", api).isEqualTo(correlation);
        if (api.messageType.responseHeaderVersion((short) version) > 0) {
            assertThat(buffer.get()).as("tagged fields of the header").isZero();
        }
        ApiMessage response = api.messageType.newResponse();
        response.read(new ByteBufferAccessor(buffer), (short) version);
        assertThat(buffer.hasRemaining()).as("%s v%d: bytes left", api, version).isFalse();
        return response;
    }

    public ApiMessage ask(ApiKeys api, int version, int correlation, ApiMessage body)
            throws IOException {
        send(api, version, correlation, body);
        return receive(api, version, correlation);
    }

    /** Whether the other side ends the connection instead of sending anything. */
    public boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (EOFException | SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
