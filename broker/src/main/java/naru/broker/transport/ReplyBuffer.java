package naru.broker.transport;

import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.ByteUtils;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The replies of one connection on their way out: bytes in the loop's buffer, and file regions cut
 * in between them. Owned by the loop's thread and used for one connection at a time, from the first
 * {@link #encode} to {@link #flush}.
 */
final class ReplyBuffer implements Writable {
    /**
     * Regions up to this size are read into the buffer, so that one system call sends the reply.
     */
    static final int SMALL_REGION_BYTES = 32 << 10;

    private final ByteBuffer own;
    private ByteBuffer buffer;
    private final List<Cut> cuts = new ArrayList<>();

    /** Bytes of the present reply that are still to be written and are no records. */
    private int plainEnd;

    /** A file region that goes out after the buffer's bytes up to {@code at}. */
    private record Cut(int at, FileRegion region) {}

    ReplyBuffer(int capacityBytes) {
        this.own = ByteBuffer.allocateDirect(capacityBytes);
        this.buffer = own;
    }

    boolean isEmpty() {
        return buffer.position() == 0 && cuts.isEmpty();
    }

    /** Whether a reply of this many plain bytes goes behind what is there without growing. */
    boolean hasRoom(int plainBytes) {
        return isEmpty() || buffer.remaining() >= plainBytes;
    }

    /**
     * Frames and writes a reply; answers its size on the wire in bytes.
     *
     * @throws UncheckedIOException when a file region cannot be read; the connection must then end
     */
    long encode(ApiKeys api, short version, int correlationId, ApiMessage response) {
        short headerVersion = api.messageType.responseHeaderVersion(version);
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(correlationId);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.addSize(size, cache, headerVersion);
        response.addSize(size, cache, version);
        int plain = Integer.BYTES + size.sizeExcludingZeroCopy();
        if (buffer.remaining() < plain) {
            ByteBuffer larger = ByteBuffer.allocate(buffer.position() + plain);
            buffer = larger.put(buffer.flip());
        }
        plainEnd = plain;
        writeInt(size.totalSize());
        header.write(this, cache, headerVersion);
        response.write(this, cache, version);
        return (long) Integer.BYTES + size.totalSize();
    }

    /** Frames and writes bytes that are an answer by themselves. */
    void encodeBare(byte[] bytes) {
        plainEnd = Integer.BYTES + bytes.length;
        if (buffer.remaining() < plainEnd) {
            ByteBuffer larger = ByteBuffer.allocate(buffer.position() + plainEnd);
            buffer = larger.put(buffer.flip());
        }
        writeInt(bytes.length);
        writeByteArray(bytes);
    }

    /**
     * Writes to the link as much as it takes; keeps the rest in {@code pending}, as buffers and
     * file regions in order. The buffer is empty afterwards.
     */
    void flush(Link link, Deque<Object> pending) throws IOException {
        buffer.flip();
        try {
            int end = buffer.limit();
            for (Cut cut : cuts) {
                buffer.limit(cut.at);
                send(link, pending);
                buffer.limit(end);
                sendRegion(link, cut.region, pending);
            }
            send(link, pending);
        } finally {
            cuts.clear();
            buffer = own.clear();
        }
    }

    void discard() {
        cuts.clear();
        buffer = own.clear();
    }

    private void send(Link link, Deque<Object> pending) throws IOException {
        if (pending.isEmpty()) {
            while (buffer.hasRemaining() && link.write(buffer) > 0) {}
        }
        if (buffer.hasRemaining()) {
            ByteBuffer kept = ByteBuffer.allocate(buffer.remaining());
            pending.addLast(kept.put(buffer).flip());
        }
    }

    private static void sendRegion(Link link, FileRegion region, Deque<Object> pending)
            throws IOException {
        FileRegion left = pending.isEmpty() ? link.transfer(region) : region;
        if (left.sizeBytes() > 0) {
            pending.addLast(left);
        }
    }

    private void plain(int bytes) {
        plainEnd -= bytes;
    }

    @Override
    public void writeByte(byte value) {
        plain(Byte.BYTES);
        buffer.put(value);
    }

    @Override
    public void writeShort(short value) {
        plain(Short.BYTES);
        buffer.putShort(value);
    }

    @Override
    public void writeInt(int value) {
        plain(Integer.BYTES);
        buffer.putInt(value);
    }

    @Override
    public void writeLong(long value) {
        plain(Long.BYTES);
        buffer.putLong(value);
    }

    @Override
    public void writeDouble(double value) {
        plain(Double.BYTES);
        buffer.putDouble(value);
    }

    @Override
    public void writeByteArray(byte[] value) {
        plain(value.length);
        buffer.put(value);
    }

    @Override
    public void writeUnsignedVarint(int value) {
        int before = buffer.position();
        ByteUtils.writeUnsignedVarint(value, buffer);
        plain(buffer.position() - before);
    }

    @Override
    public void writeVarint(int value) {
        int before = buffer.position();
        ByteUtils.writeVarint(value, buffer);
        plain(buffer.position() - before);
    }

    @Override
    public void writeVarlong(long value) {
        int before = buffer.position();
        ByteUtils.writeVarlong(value, buffer);
        plain(buffer.position() - before);
    }

    @Override
    public void writeByteBuffer(ByteBuffer value) {
        bytes(value.duplicate());
    }

    /** Zero-copy bytes are not part of the plain size, so the room for them is made here. */
    private void bytes(ByteBuffer value) {
        int needed = value.remaining() + Math.max(0, plainEnd);
        if (buffer.remaining() < needed) {
            ByteBuffer larger = ByteBuffer.allocate(buffer.position() + needed);
            buffer = larger.put(buffer.flip());
        }
        buffer.put(value);
    }

    @Override
    public void writeRecords(BaseRecords records) {
        switch (records) {
            case FileRegion region -> writeRegion(region);
            case MemoryRecords memory -> bytes(memory.buffer().duplicate());
            case null, default ->
                    throw new IllegalArgumentException("records of a kind that no reply carries");
        }
    }

    private void writeRegion(FileRegion region) {
        boolean fits = buffer.remaining() - Math.max(0, plainEnd) >= region.sizeBytes();
        if (region.sizeBytes() > SMALL_REGION_BYTES || !fits) {
            cuts.add(new Cut(buffer.position(), region));
            return;
        }
        int limit = buffer.limit();
        buffer.limit(buffer.position() + region.sizeBytes());
        try {
            long position = region.position();
            while (buffer.hasRemaining()) {
                int read = readAt(region.channel(), position);
                position += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            buffer.limit(limit);
        }
    }

    private int readAt(FileChannel channel, long position) throws IOException {
        int read = channel.read(buffer, position);
        if (read < 0) {
            throw new EOFException("the segment was cut while it was being sent");
        }
        return read;
    }
}
