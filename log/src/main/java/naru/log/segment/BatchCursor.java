package naru.log.segment;

import naru.wire.RecordBatchLayout;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Looks at one batch after another in a file, through a bounded buffer. Nothing it reads is
 * believed: {@link #plausible} tells whether the header can be one, {@link #crcMatches} whether the
 * batch is sound.
 *
 * <p>Threads: one at a time; borrowed from a {@link CursorPool}.
 */
public final class BatchCursor {
    private static final int FIRST_READ_BYTES = 8192;

    /** Attribute bits that batches of magic 2 may have. */
    private static final int KNOWN_ATTRIBUTES = 0x7f;

    private static final int LAST_CODEC = 4;

    private final ByteBuffer buffer;
    private final CRC32C crc = new CRC32C();
    private @Nullable FileChannel channel;
    private long bufferedFrom;
    private int buffered;
    private int readBytes;
    private long position;
    private int at;

    BatchCursor(int bufferBytes) {
        buffer = ByteBuffer.allocateDirect(bufferBytes);
    }

    /**
     * Begins to read a file.
     *
     * @param whole whether what is looked at will be read whole, and not just its headers
     */
    public void over(FileChannel file, boolean whole) {
        channel = file;
        bufferedFrom = 0;
        buffered = 0;
        readBytes = whole ? buffer.capacity() : Math.min(FIRST_READ_BYTES, buffer.capacity());
    }

    void forget() {
        channel = null;
    }

    /** Goes to the header at the position; false when there is no room for one before the limit. */
    public boolean load(long headerPosition, long limit) throws IOException {
        return loadBytes(headerPosition, RecordBatchLayout.HEADER_BYTES, limit);
    }

    private boolean loadBytes(long wanted, int bytes, long limit) throws IOException {
        if (wanted + bytes > limit) {
            return false;
        }
        position = wanted;
        if (wanted < bufferedFrom || wanted + bytes > bufferedFrom + buffered) {
            int length = (int) Math.min(Math.max(readBytes, bytes), limit - wanted);
            buffer.clear().limit(length);
            bufferedFrom = wanted;
            buffered = FileBytes.read(Objects.requireNonNull(channel), buffer, wanted);
            readBytes = Math.min(buffer.capacity(), readBytes * 2);
        }
        at = (int) (wanted - bufferedFrom);
        return at + bytes <= buffered;
    }

    /**
     * Whether a batch can stand here that ends before the limit and whose offsets are at or above
     * {@code least} and below {@code bound}.
     */
    public boolean plausible(long limit, long least, long bound) {
        long size = sizeBytes();
        short attributes = RecordBatchLayout.attributes(buffer, at);
        int lastOffsetDelta = RecordBatchLayout.lastOffsetDelta(buffer, at);
        int records = RecordBatchLayout.recordCount(buffer, at);
        return RecordBatchLayout.magic(buffer, at) == RecordBatchLayout.MAGIC
                && size >= RecordBatchLayout.HEADER_BYTES
                && position + size <= limit
                && lastOffsetDelta >= 0
                && records >= 0
                && records - 1 <= lastOffsetDelta
                && (attributes & ~KNOWN_ATTRIBUTES) == 0
                && RecordBatchLayout.compression(attributes) <= LAST_CODEC
                && baseOffset() >= least
                && lastOffset() < bound;
    }

    /** Whether the CRC that the header names is that of the bytes; the header must be plausible. */
    public boolean crcMatches() throws IOException {
        int expected = RecordBatchLayout.crc(buffer, at);
        long batch = position;
        long end = position + sizeBytes();
        crc.reset();
        long next = position + RecordBatchLayout.ATTRIBUTES_AT;
        while (next < end) {
            if (next >= bufferedFrom + buffered && !loadBytes(next, 1, end)) {
                return false;
            }
            int from = (int) (next - bufferedFrom);
            int length = (int) Math.min(end - next, buffered - from);
            buffer.limit(from + length).position(from);
            crc.update(buffer);
            buffer.clear();
            next += length;
        }
        boolean matches = (int) crc.getValue() == expected;
        return load(batch, end) && matches;
    }

    /**
     * The first position at or after {@code from} where a sound batch begins with offsets at or
     * above {@code least} and below {@code bound}, or {@code limit} when there is none. The cursor
     * then stands on that batch.
     */
    public long seekSound(long from, long limit, long least, long bound) throws IOException {
        for (long candidate = from; ; candidate++) {
            if (!load(candidate, limit)) {
                return limit;
            }
            if (RecordBatchLayout.magic(buffer, at) == RecordBatchLayout.MAGIC
                    && plausible(limit, least, bound)
                    && recordCount() > 0
                    && crcMatches()) {
                return candidate;
            }
        }
    }

    public long position() {
        return position;
    }

    public long endPosition() {
        return position + sizeBytes();
    }

    public long sizeBytes() {
        return RecordBatchLayout.sizeBytes(buffer, at);
    }

    public long baseOffset() {
        return RecordBatchLayout.baseOffset(buffer, at);
    }

    public long lastOffset() {
        return RecordBatchLayout.lastOffset(buffer, at);
    }

    public long maxTimestamp() {
        return RecordBatchLayout.maxTimestamp(buffer, at);
    }

    public int leaderEpoch() {
        return RecordBatchLayout.leaderEpoch(buffer, at);
    }

    public int recordCount() {
        return RecordBatchLayout.recordCount(buffer, at);
    }

    public short attributes() {
        return RecordBatchLayout.attributes(buffer, at);
    }

    public long producerId() {
        return RecordBatchLayout.producerId(buffer, at);
    }

    /**
     * The buffer with the first bytes of the batch, as many as wanted and as it has; the batch
     * begins at {@link #index}.
     */
    public ByteBuffer bytes(int wanted) throws IOException {
        long size = sizeBytes();
        if (!loadBytes(position, (int) Math.min(wanted, size), position + size)) {
            throw new EOFException("the file ends within the batch at " + position);
        }
        return buffer;
    }

    public int index() {
        return at;
    }

    /** Copies the first bytes of the batch into the buffer, up to its limit; then flips it. */
    public void copyTo(ByteBuffer into) throws IOException {
        into.limit((int) Math.min(into.limit(), into.position() + sizeBytes()));
        FileBytes.readExactly(Objects.requireNonNull(channel), into, position);
        into.flip();
    }
}
