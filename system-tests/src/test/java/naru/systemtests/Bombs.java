package naru.systemtests;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.ByteUtils;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Payloads of less than a megabyte that unpack to as much as their codec permits. */
final class Bombs {
    private static final int MOST_BYTES = 1_000_000;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int ZSTD_BLOCK_BYTES = 128 << 10;

    private Bombs() {}

    /** One sound record whose value of zeros fills what the codec can make of a megabyte. */
    static byte[] record(CompressionType type) {
        long valueBytes =
                switch (type) {
                    case NONE, SNAPPY -> throw new IllegalArgumentException("packs too little");
                    case GZIP -> 900L << 20;
                    case LZ4 -> 230L << 20;
                    case ZSTD -> 2_000L << 20;
                };
        ByteBuffer head = ByteBuffer.allocate(32);
        int lengthBytes = ByteUtils.sizeOfVarint((int) valueBytes);
        ByteUtils.writeVarint((int) (valueBytes + lengthBytes + 5), head);
        head.put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 1);
        ByteUtils.writeVarint((int) valueBytes, head);
        ByteBufferOutputStream out = new ByteBufferOutputStream(CHUNK_BYTES);
        try (OutputStream packing = Compression.of(type).build().wrapForOutput(out, (byte) 2)) {
            packing.write(head.array(), 0, head.position());
            byte[] zeros = new byte[CHUNK_BYTES];
            for (long left = valueBytes; left > 0; left -= zeros.length) {
                packing.write(zeros, 0, (int) Math.min(left, zeros.length));
            }
            packing.write(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes(out.buffer().flip());
    }

    /** Zstandard's frame of blocks that each say "128 KiB of zeros" in four bytes: 32 GB. */
    static byte[] zstdOfRepeatedBlocks() {
        ByteBuffer frame = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(0xFD2FB528).put((byte) 0).put((byte) (7 << 3));
        while (frame.remaining() >= 8) {
            block(frame, 0);
        }
        block(frame, 1);
        return bytes(frame.flip());
    }

    private static void block(ByteBuffer frame, int last) {
        int header = last | (1 << 1) | (ZSTD_BLOCK_BYTES << 3);
        frame.put((byte) header).put((byte) (header >> 8)).put((byte) (header >> 16)).put((byte) 0);
    }

    /** A chunk of a few bytes in snappy's stream that claims to unpack to two gigabytes. */
    static byte[] snappyOfLargeClaims() {
        ByteBuffer stream = ByteBuffer.allocate(64);
        stream.put((byte) 0x82)
                .put("SNAPPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 0)
                .putInt(1)
                .putInt(1);
        stream.putInt(8).put(new byte[] {-1, -1, -1, -1, 7, 0, 0, 0});
        return bytes(stream.flip());
    }

    /** A chunk whose own length says two gigabytes. */
    static byte[] snappyOfALargeChunk() {
        ByteBuffer stream = ByteBuffer.allocate(64);
        stream.put((byte) 0x82)
                .put("SNAPPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 0)
                .putInt(1)
                .putInt(1);
        stream.putInt(Integer.MAX_VALUE).put(new byte[8]);
        return bytes(stream.flip());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        if (bytes.length > MOST_BYTES) {
            throw new IllegalStateException("too large for a batch: " + bytes.length);
        }
        return bytes;
    }
}
