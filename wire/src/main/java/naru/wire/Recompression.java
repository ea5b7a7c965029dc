package naru.wire;

import naru.wire.BatchCheck.Broken;
import naru.wire.BatchCheck.Limits;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Unpacks the records of one batch within a bound, looks at each, and packs them with another
 * codec. All else in the batch stays as it is: offsets, timestamps, producer, headers.
 *
 * <p>Threads: a function of its arguments. The batch has passed {@link BatchCheck} before. Memory:
 * at most three times the bound, whatever the payload claims.
 */
public final class Recompression {
    private static final int FIRST_BUFFER_BYTES = 16 << 10;

    private Recompression() {}

    /** What became of a batch. */
    public sealed interface Outcome {}

    /**
     * The batch in the wanted codec, with length, attributes, maximum timestamp and CRC made anew.
     *
     * @param maxTimestamp largest timestamp of its records
     */
    public record Repacked(ByteBuffer batch, long maxTimestamp) implements Outcome {}

    /** The records cannot be unpacked, are too large, or may not enter. */
    public record Refused(Broken why) implements Outcome {}

    /**
     * The codec of that name in Kafka's configuration.
     *
     * @param level {@link Integer#MIN_VALUE} for the codec's default
     */
    public static Compression codec(String name, int level) {
        CompressionType type = CompressionType.forName(name);
        boolean usual = level == Integer.MIN_VALUE;
        return switch (type) {
            case NONE, SNAPPY -> Compression.of(type).build();
            case GZIP ->
                    usual ? Compression.gzip().build() : Compression.gzip().level(level).build();
            case LZ4 -> usual ? Compression.lz4().build() : Compression.lz4().level(level).build();
            case ZSTD ->
                    usual ? Compression.zstd().build() : Compression.zstd().level(level).build();
        };
    }

    /**
     * Packs the batch at the buffer's position anew.
     *
     * @param limits what the records are held to
     * @param maxUnpackedBytes most bytes that the records may have when unpacked
     */
    public static Outcome recompress(
            ByteBuffer batch, Compression wanted, Limits limits, int maxUnpackedBytes) {
        int at = batch.position();
        try {
            ByteBuffer records = unpacked(batch, at, maxUnpackedBytes);
            if (records == null) {
                return new Refused(
                        new Broken(
                                Errors.MESSAGE_TOO_LARGE,
                                "The records have more than "
                                        + maxUnpackedBytes
                                        + " bytes when unpacked."));
            }
            RecordWalk walk =
                    new RecordWalk(
                            records,
                            0,
                            records.limit(),
                            RecordBatchLayout.recordCount(batch, at),
                            RecordBatchLayout.baseTimestamp(batch, at),
                            limits);
            Broken broken = walk.run();
            return broken == null
                    ? repacked(batch, at, records, wanted, walk.maxTimestamp())
                    : new Refused(broken);
        } catch (IOException | RuntimeException damaged) {
            return new Refused(
                    new Broken(
                            Errors.CORRUPT_MESSAGE,
                            "The records cannot be unpacked: " + damaged.getMessage()));
        }
    }

    /** The records behind the header; null when they have more bytes than that. */
    static @Nullable ByteBuffer unpacked(ByteBuffer batch, int at, int maxBytes)
            throws IOException {
        int size = (int) RecordBatchLayout.sizeBytes(batch, at);
        int headerEnd = at + RecordBatchLayout.HEADER_BYTES;
        ByteBuffer payload = batch.slice(headerEnd, size - RecordBatchLayout.HEADER_BYTES);
        int codec = RecordBatchLayout.compression(RecordBatchLayout.attributes(batch, at));
        CompressionType type = CompressionType.forId(codec);
        if (type == CompressionType.NONE) {
            return payload.remaining() > maxBytes ? null : payload;
        }
        try (InputStream in = Unpacking.open(payload, type, maxBytes, BufferSupplier.NO_CACHING)) {
            return readBounded(in, maxBytes);
        }
    }

    private static @Nullable ByteBuffer readBounded(InputStream in, int maxBytes)
            throws IOException {
        byte[] bytes = new byte[Math.min(FIRST_BUFFER_BYTES, maxBytes)];
        int length = 0;
        while (true) {
            if (length == bytes.length) {
                if (length == maxBytes) {
                    return in.read() < 0 ? ByteBuffer.wrap(bytes, 0, length) : null;
                }
                bytes = Arrays.copyOf(bytes, (int) Math.min(2L * length, maxBytes));
            }
            int got = in.read(bytes, length, bytes.length - length);
            if (got < 0) {
                return ByteBuffer.wrap(bytes, 0, length);
            }
            length += got;
        }
    }

    private static Repacked repacked(
            ByteBuffer batch, int at, ByteBuffer records, Compression wanted, long maxTimestamp)
            throws IOException {
        ByteBufferOutputStream out =
                new ByteBufferOutputStream(
                        RecordBatchLayout.HEADER_BYTES + records.remaining() / 2 + 64);
        ByteBuffer header = batch.slice(at, RecordBatchLayout.HEADER_BYTES);
        out.write(header);
        try (OutputStream packing = wanted.wrapForOutput(out, RecordBatchLayout.MAGIC)) {
            byte[] bytes = new byte[records.remaining()];
            records.get(records.position(), bytes);
            packing.write(bytes);
        }
        ByteBuffer made = out.buffer().flip();
        int size = made.limit();
        short attributes = (short) (RecordBatchLayout.attributes(batch, at) & ~0x07);
        made.putInt(RecordBatchLayout.LENGTH_AT, size - RecordBatchLayout.LOG_OVERHEAD_BYTES);
        made.putShort(RecordBatchLayout.ATTRIBUTES_AT, (short) (attributes | wanted.type().id));
        if (!RecordBatchLayout.isLogAppendTime(attributes)) {
            made.putLong(RecordBatchLayout.MAX_TIMESTAMP_AT, maxTimestamp);
        }
        made.putInt(RecordBatchLayout.CRC_AT, BatchCheck.crc(made, 0, size));
        return new Repacked(made, maxTimestamp);
    }
}
