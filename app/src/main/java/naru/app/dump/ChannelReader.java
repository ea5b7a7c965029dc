package naru.app.dump;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads pieces of a file by position. */
final class ChannelReader {
    private ChannelReader() {}

    /** Fills the buffer from the position on and flips it; false when the file ends before. */
    static boolean read(FileChannel channel, long position, ByteBuffer into) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                into.flip();
                return false;
            }
            at += read;
        }
        into.flip();
        return true;
    }

    /** The bytes from {@code position} to {@code end} as a stream; does not own the channel. */
    static InputStream stream(FileChannel channel, long position, long end) {
        return new InputStream() {
            private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).limit(0);
            private long at = position;

            @Override
            public int read() throws IOException {
                return buffer.hasRemaining() || fill() ? buffer.get() & 0xff : -1;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!buffer.hasRemaining() && !fill()) {
                    return -1;
                }
                int count = Math.min(length, buffer.remaining());
                buffer.get(into, offset, count);
                return count;
            }

            private boolean fill() throws IOException {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
                int read = buffer.hasRemaining() ? channel.read(buffer, at) : -1;
                at += Math.max(read, 0);
                buffer.flip();
                return read > 0;
            }
        };
    }
}
