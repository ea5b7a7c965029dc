package naru.log.segment;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Whole reads and writes at a position. */
final class FileBytes {
    private FileBytes() {}

    /** Writes all between the buffer's position and limit. */
    static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Fills the buffer up to its limit, or up to the end of the file; answers the bytes read. */
    static int read(FileChannel channel, ByteBuffer into, long position) throws IOException {
        int total = 0;
        while (into.hasRemaining()) {
            int n = channel.read(into, position + total);
            if (n < 0) {
                break;
            }
            total += n;
        }
        return total;
    }

    static void readExactly(FileChannel channel, ByteBuffer into, long position)
            throws IOException {
        int wanted = into.remaining();
        if (read(channel, into, position) < wanted) {
            throw new EOFException("file ends before position " + (position + wanted));
        }
    }
}
