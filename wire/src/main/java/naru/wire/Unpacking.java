package naru.wire;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Opens packed payloads as streams, and sees to it that no codec makes a buffer of a size that the
 * payload only claims.
 */
final class Unpacking {
    private static final byte[] XERIAL_MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int XERIAL_HEADER_BYTES = 16;

    private Unpacking() {}

    /**
     * What the payload between position and limit unpacks to.
     *
     * @param maxBlockBytes most bytes that one block of it may claim to unpack to
     */
    static InputStream open(
            ByteBuffer payload, CompressionType type, int maxBlockBytes, BufferSupplier buffers)
            throws IOException {
        if (type == CompressionType.SNAPPY) {
            checkSnappyChunks(payload.slice(), maxBlockBytes);
        }
        return Compression.of(type).build().wrapForInput(payload, RecordBatchLayout.MAGIC, buffers);
    }

    /**
     * Snappy's stream makes buffers of whatever sizes its chunks claim; this looks at the claims
     * first. Chunks: a length (int32) and a block that begins with its unpacked length (varint).
     */
    private static void checkSnappyChunks(ByteBuffer payload, int maxBytes) throws IOException {
        byte[] magic = new byte[XERIAL_MAGIC.length];
        if (payload.remaining() < XERIAL_HEADER_BYTES) {
            throw new IOException("snappy without its header");
        }
        payload.get(0, magic);
        if (!Arrays.equals(magic, XERIAL_MAGIC)) {
            checkSnappyBlock(payload, 0, maxBytes);
            return;
        }
        int at = XERIAL_HEADER_BYTES;
        while (at + Integer.BYTES <= payload.limit()) {
            int length = payload.getInt(at);
            at += Integer.BYTES;
            if (length < 0 || length > payload.limit() - at) {
                throw new IOException("a snappy chunk of " + length + " bytes");
            }
            checkSnappyBlock(payload, at, maxBytes);
            at += length;
        }
    }

    private static void checkSnappyBlock(ByteBuffer payload, int at, int maxBytes)
            throws IOException {
        long claimed = 0;
        for (int i = 0; i < 5 && at + i < payload.limit(); i++) {
            byte next = payload.get(at + i);
            claimed |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                break;
            }
        }
        if (claimed > maxBytes) {
            throw new IOException("a snappy block that claims " + claimed + " bytes");
        }
    }
}
