package naru.connectors.files;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Cuts a file into lines and knows at which byte each ends. With a quote, line feeds between quotes
 * belong to the line, as CSV has it. A line is never longer in memory than the bound.
 */
final class Lines implements Closeable {
    private static final int BLOCK = 64 * 1024;
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /**
     * @param end where the next line begins
     * @param tooLong the text is not there since it is longer than the bound
     */
    record Line(String text, long end, boolean tooLong) {}

    private final FileChannel channel;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK).flip();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final int most;
    private final int quote;
    private long start;
    private long position;
    private long blockEnd;

    /**
     * @param quote the byte between which line feeds do not count, or -1
     */
    Lines(Path file, long position, int most, int quote) throws IOException {
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
        this.most = most;
        this.quote = quote;
        this.start = position;
        this.position = position;
        this.blockEnd = position;
    }

    /** The next line; null when the file ends before it does. */
    @Nullable Line next(boolean complete) throws IOException {
        line.reset();
        position = start;
        boolean quoted = false;
        long firstFeed = -1;
        long length = 0;
        for (int read = read(); read >= 0; read = read()) {
            position++;
            if (read == '\n' && !quoted) {
                return ended(length > most, position);
            }
            if (read == '\n' && firstFeed < 0) {
                firstFeed = position;
            }
            quoted ^= read == quote;
            length++;
            if (length <= most) {
                line.write(read);
            } else if (quoted && firstFeed >= 0) {
                // A quote that is never closed: only the line where it stands is lost.
                return ended(true, firstFeed);
            }
        }
        if (complete && length > 0) {
            return ended(length > most, position);
        }
        back(start);
        return null;
    }

    private Line ended(boolean tooLong, long end) throws IOException {
        if (end != position) {
            back(end);
        }
        byte[] bytes = line.toByteArray();
        int from = start == 0 && startsWithMark(bytes) ? MARK.length : 0;
        int to = bytes.length;
        if (to > from && bytes[to - 1] == '\r') {
            to--;
        }
        start = end;
        return new Line(
                tooLong ? "" : new String(bytes, from, to - from, StandardCharsets.UTF_8),
                end,
                tooLong);
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= MARK.length
                && bytes[0] == MARK[0]
                && bytes[1] == MARK[1]
                && bytes[2] == MARK[2];
    }

    /** Reads from there again, since more may have been written. */
    private void back(long place) {
        block.clear().flip();
        position = place;
        blockEnd = place;
    }

    private int read() throws IOException {
        if (!block.hasRemaining()) {
            block.clear();
            int count = channel.read(block, blockEnd);
            block.flip();
            if (count <= 0) {
                return -1;
            }
            blockEnd += count;
        }
        return block.get() & 0xff;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
