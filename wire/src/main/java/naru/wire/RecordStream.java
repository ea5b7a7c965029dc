package naru.wire;

import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Steps through the records of one batch after another, packed or not. What a payload unpacks to
 * passes through a window of fixed size and is never held as a whole.
 *
 * <p>Threads: one. Faults: {@link BrokenRecordsException} when the payload cannot be unpacked or
 * its records are not what the header says. The batch has passed its CRC before.
 */
public final class RecordStream implements AutoCloseable {
    private static final int WINDOW_BYTES = 64 << 10;

    /** No codec's block is larger: lz4 knows 4 MB, snappy's streams are made of 32 KB and more. */
    private static final int MOST_BLOCK_BYTES = 32 << 20;

    /** Takes pieces of a field, in their order. */
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] bytes, int at, int length) throws IOException;
    }

    private static final Sink NOWHERE = (bytes, at, length) -> {};

    private final byte[] window = new byte[WINDOW_BYTES];
    private final BufferSupplier buffers = BufferSupplier.create();
    private @Nullable InputStream unpacked;
    private byte[] bytes = window;
    private int at;
    private int end;

    /** Position in the stream of the byte at index 0 of {@link #bytes}. */
    private long windowStart;

    private long mostBytes;
    private int count;
    private int index;
    private int lastOffsetDelta;

    private long recordEnd;
    private long timestampDelta;
    private int offsetDelta;
    private boolean hasKey;
    private boolean hasValue;

    /**
     * Goes to the first record of the batch at the absolute index of a buffer with an array.
     *
     * @param maxUnpackedBytes most bytes that the records may have
     */
    public void open(ByteBuffer batch, int batchAt, long maxUnpackedBytes) throws IOException {
        close();
        int payloadAt = batchAt + RecordBatchLayout.HEADER_BYTES;
        int length =
                (int) RecordBatchLayout.sizeBytes(batch, batchAt) - RecordBatchLayout.HEADER_BYTES;
        CompressionType type =
                CompressionType.forId(
                        RecordBatchLayout.compression(
                                RecordBatchLayout.attributes(batch, batchAt)));
        count = RecordBatchLayout.recordCount(batch, batchAt);
        lastOffsetDelta = RecordBatchLayout.lastOffsetDelta(batch, batchAt);
        index = 0;
        offsetDelta = -1;
        mostBytes = maxUnpackedBytes;
        if (type == CompressionType.NONE) {
            bytes = batch.array();
            at = batch.arrayOffset() + payloadAt;
            end = at + length;
            windowStart = -(long) at;
        } else {
            bytes = window;
            at = 0;
            end = 0;
            windowStart = 0;
            if (count > 0) {
                unpacked = unpack(batch.slice(payloadAt, length), type);
            }
        }
        recordEnd = 0;
    }

    private InputStream unpack(ByteBuffer payload, CompressionType type) throws IOException {
        try {
            return Unpacking.open(payload, type, MOST_BLOCK_BYTES, buffers);
        } catch (IOException | RuntimeException damaged) {
            throw new BrokenRecordsException(
                    "the records cannot be unpacked: " + damaged.getMessage(), damaged);
        }
    }

    /** Goes to the next record; false behind the last. What was not read of one is stepped over. */
    public boolean next() throws IOException {
        pass(recordEnd - position(), NOWHERE);
        if (index == count) {
            if (at < end || refill()) {
                throw broken("bytes follow the last of the " + count + " records");
            }
            return false;
        }
        index++;
        recordEnd = Long.MAX_VALUE;
        long length = varlong();
        long start = position();
        if (length < 6 || length > Integer.MAX_VALUE) {
            throw broken("its length is " + length);
        }
        recordEnd = start + length;
        octet(); // attributes, of which none is in use
        timestampDelta = varlong();
        return true;
    }

    /** Index of the present record in its batch. */
    public int index() {
        return index - 1;
    }

    public long timestampDelta() {
        return timestampDelta;
    }

    /** Reads on up to the value; the sink is given the key, if there is one. */
    public void readKey(Sink sink) throws IOException {
        long delta = varlong();
        if (delta <= offsetDelta || delta > lastOffsetDelta) {
            throw broken("its offset delta " + delta + " follows " + offsetDelta);
        }
        offsetDelta = (int) delta;
        long length = varlong();
        hasKey = length >= 0;
        pass(Math.max(0, length), sink);
        hasValue = varlong() >= 0;
    }

    /** Of the record whose key was read. */
    public int offsetDelta() {
        return offsetDelta;
    }

    /** Of the record whose key was read. */
    public boolean hasKey() {
        return hasKey;
    }

    /** Of the record whose key was read. */
    public boolean hasValue() {
        return hasValue;
    }

    /**
     * Bytes of the record that were not read yet: behind {@link #next}, from its offset delta on.
     */
    public long bytesLeft() {
        return recordEnd - position();
    }

    /** Gives the sink what was not read of the record. */
    public void readRest(Sink sink) throws IOException {
        pass(recordEnd - position(), sink);
    }

    private long position() {
        return windowStart + at;
    }

    private void pass(long length, Sink sink) throws IOException {
        if (length > recordEnd - position()) {
            throw broken("a field of " + length + " bytes passes its end");
        }
        long left = length;
        while (left > 0) {
            if (at == end && !refill()) {
                throw broken("the batch ends within it");
            }
            int piece = (int) Math.min(left, (long) end - at);
            sink.accept(bytes, at, piece);
            at += piece;
            left -= piece;
        }
    }

    private byte octet() throws IOException {
        if (position() >= recordEnd) {
            throw broken("its fields pass its end");
        }
        if (at == end && !refill()) {
            throw broken("the batch ends within it");
        }
        return bytes[at++];
    }

    private long varlong() throws IOException {
        byte next = octet();
        if (next >= 0) {
            int small = (next >>> 1) ^ -(next & 1);
            return small;
        }
        long value = next & 0x7fL;
        for (int shift = 7; shift < 70; shift += 7) {
            next = octet();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw broken("a varint has more than ten bytes");
    }

    private boolean refill() throws IOException {
        InputStream source = unpacked;
        if (source == null) {
            return false;
        }
        windowStart += end;
        at = 0;
        end = 0;
        try {
            int got = source.read(window, 0, window.length);
            end = Math.max(0, got);
        } catch (IOException | RuntimeException damaged) {
            throw new BrokenRecordsException(
                    "the records cannot be unpacked: " + damaged.getMessage(), damaged);
        }
        if (windowStart + end > mostBytes) {
            throw new TooLargeException(mostBytes);
        }
        return end > 0;
    }

    /** The records have more bytes than they may. */
    public static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;

        TooLargeException(long mostBytes) {
            super("The records have more than " + mostBytes + " bytes when unpacked.");
        }
    }

    private BrokenRecordsException broken(String what) {
        return new BrokenRecordsException("record " + (index - 1) + ": " + what);
    }

    /** Lets go of the batch; another can be opened. */
    @Override
    public void close() {
        InputStream open = unpacked;
        unpacked = null;
        bytes = window;
        at = 0;
        end = 0;
        if (open != null) {
            try {
                open.close();
            } catch (IOException | RuntimeException nothingLost) {
                at = 0;
            }
        }
    }
}
