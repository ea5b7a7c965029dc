package naru.log.compaction;

import naru.log.segment.BatchCursor;
import naru.log.segment.Segment;
import naru.wire.BatchCheck;
import naru.wire.BrokenRecordsException;
import naru.wire.RecordBatchLayout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Reads the batches of one segment, each whole and checked. A batch that is larger than the buffer
 * gets one of its own, once its CRC is known to be right.
 *
 * <p>Threads: one. Faults: {@link BrokenRecordsException} for a batch that is not sound.
 */
final class BatchSource {
    private static final int LAST_CODEC = 4;

    private final ByteBuffer usual;
    private ByteBuffer buffer;
    private int at;

    private final Segment segment;
    private final FileChannel channel;
    private final int sizeBytes;
    private final long boundOffset;
    private long leastOffset;

    /** Position in the file of the byte at index 0 of the buffer. */
    private int bufferAt;

    private int nextPosition;

    /**
     * @param boundOffset offset that no batch of the segment reaches
     */
    BatchSource(ByteBuffer buffer, Segment segment, long boundOffset) throws IOException {
        this.usual = buffer;
        this.buffer = buffer.clear().limit(0);
        this.segment = segment;
        this.channel = segment.channel();
        this.sizeBytes = segment.sizeBytes();
        this.boundOffset = boundOffset;
        this.leastOffset = segment.baseOffset();
    }

    /** Goes to the next batch; false behind the last. */
    boolean next() throws IOException {
        int position = nextPosition;
        if (position == sizeBytes) {
            return false;
        }
        hold(position, RecordBatchLayout.HEADER_BYTES);
        long size = RecordBatchLayout.sizeBytes(buffer, at);
        check(position, size);
        if (size > usual.capacity()) {
            checkLarge(position);
            buffer = ByteBuffer.allocate((int) size).limit(0);
        }
        hold(position, (int) size);
        boolean sound =
                size > usual.capacity()
                        || RecordBatchLayout.crc(buffer, at)
                                == BatchCheck.crc(buffer, at, (int) size);
        if (!sound) {
            throw broken(position, "its CRC is wrong");
        }
        leastOffset = RecordBatchLayout.lastOffset(buffer, at) + 1;
        nextPosition = position + (int) size;
        return true;
    }

    /** Where the present batch stands, at {@link #at}; has an array. */
    ByteBuffer buffer() {
        return buffer;
    }

    int at() {
        return at;
    }

    int batchBytes() {
        return (int) RecordBatchLayout.sizeBytes(buffer, at);
    }

    private void check(int position, long size) throws BrokenRecordsException {
        int delta = RecordBatchLayout.lastOffsetDelta(buffer, at);
        int count = RecordBatchLayout.recordCount(buffer, at);
        short attributes = RecordBatchLayout.attributes(buffer, at);
        if (RecordBatchLayout.magic(buffer, at) != RecordBatchLayout.MAGIC
                || size < RecordBatchLayout.HEADER_BYTES
                || size > sizeBytes - position
                || delta < 0
                || count < 0
                || count > (long) delta + 1
                || RecordBatchLayout.compression(attributes) > LAST_CODEC) {
            throw broken(position, "no header stands there");
        }
        if (RecordBatchLayout.baseOffset(buffer, at) < leastOffset
                || RecordBatchLayout.lastOffset(buffer, at) >= boundOffset) {
            throw broken(position, "its offsets are not those that belong there");
        }
    }

    private void checkLarge(int position) throws IOException {
        BatchCursor cursor = segment.context().cursors().borrow();
        try {
            cursor.over(channel, true);
            if (!cursor.load(position, sizeBytes) || !cursor.crcMatches()) {
                throw broken(position, "its CRC is wrong");
            }
        } finally {
            segment.context().cursors().giveBack(cursor);
        }
    }

    private BrokenRecordsException broken(int position, String what) {
        return new BrokenRecordsException(segment.file() + " at byte " + position + ": " + what);
    }

    /** Has so many bytes from the position stand in the buffer, and more if they fit. */
    private void hold(int position, int bytes) throws IOException {
        if (bytes > sizeBytes - position) {
            throw broken(position, "the file ends within a batch");
        }
        if (bytes <= usual.capacity() && buffer != usual && position != bufferAt) {
            buffer = usual;
            buffer.clear().limit(0);
        }
        if (position < bufferAt || position + bytes > bufferAt + buffer.limit()) {
            buffer.clear().limit(Math.min(buffer.capacity(), sizeBytes - position));
            bufferAt = position;
            int got = 0;
            while (buffer.hasRemaining() && got >= 0) {
                got = channel.read(buffer, (long) position + buffer.position());
            }
            buffer.flip();
            if (buffer.limit() < bytes) {
                throw broken(position, "the file ends within a batch");
            }
        }
        at = position - bufferAt;
    }
}
