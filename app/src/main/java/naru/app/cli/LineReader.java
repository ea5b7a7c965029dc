package naru.app.cli;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Splits a stream of bytes into lines without touching the bytes. Not for use by many threads. */
final class LineReader {
    private final InputStream in;
    private final int lineMost;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;

    /**
     * @param lineMost most bytes that a line may have
     */
    LineReader(InputStream in, int lineMost) {
        this.in = in;
        this.lineMost = lineMost;
    }

    /** The next line without its end ({@code \n} or {@code \r\n}), or null when there is none. */
    byte @Nullable [] next() throws IOException {
        @Nullable ByteArrayOutputStream parts = null;
        while (true) {
            if (position == limit && !fill()) {
                return parts == null ? null : parts.toByteArray();
            }
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            boolean whole = end < limit;
            if (whole && parts == null) {
                byte[] line = Arrays.copyOfRange(buffer, position, end);
                position = end + 1;
                return withoutReturn(line);
            }
            parts = parts == null ? new ByteArrayOutputStream(end - position + 1024) : parts;
            parts.write(buffer, position, end - position);
            position = whole ? end + 1 : end;
            if (parts.size() > lineMost) {
                throw new IOException("a line is longer than " + lineMost + " bytes");
            }
            if (whole) {
                return withoutReturn(parts.toByteArray());
            }
        }
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer);
        position = 0;
        limit = Math.max(read, 0);
        return read > 0;
    }

    private static byte[] withoutReturn(byte[] line) {
        boolean hasReturn = line.length > 0 && line[line.length - 1] == '\r';
        return hasReturn ? Arrays.copyOf(line, line.length - 1) : line;
    }
}
