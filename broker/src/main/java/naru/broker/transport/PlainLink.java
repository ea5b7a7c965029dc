package naru.broker.transport;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

import javax.net.ssl.SSLSession;

/** A socket as it is. Holds nothing. */
final class PlainLink implements Link {
    private final SocketChannel socket;

    PlainLink(SocketChannel socket) {
        this.socket = socket;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return socket.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return socket.write(from);
    }

    @Override
    public FileRegion transfer(FileRegion region) throws IOException {
        long position = region.position();
        long end = position + region.sizeBytes();
        while (position < end) {
            long sent = region.channel().transferTo(position, end - position, socket);
            if (sent <= 0) {
                if (region.channel().size() < end) {
                    throw new EOFException("the segment was cut while it was being sent");
                }
                break;
            }
            position += sent;
        }
        return new FileRegion(region.channel(), position, (int) (end - position));
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public boolean mayRead() {
        return true;
    }

    @Override
    public boolean hasBuffered() {
        return false;
    }

    @Override
    public int heldBytes() {
        return 0;
    }

    @Override
    public boolean isEstablished() {
        return true;
    }

    @Override
    public @Nullable SSLSession session() {
        return null;
    }

    @Override
    public void close() {}
}
