package naru.wire;

import java.nio.ByteBuffer;

/**
 * Where the fields of a record batch of magic 2 stand, read in place from a buffer.
 *
 * <p>Source: Kafka's documentation, "Record Batch". All integers are big-endian. The batch length
 * counts the bytes after the length field; the CRC-32C covers the bytes from the attributes to the
 * end. {@code at} is always the absolute index of the batch's first byte; the caller has made sure
 * that {@link #HEADER_BYTES} bytes stand there.
 */
public final class RecordBatchLayout {
    public static final int BASE_OFFSET_AT = 0;
    public static final int LENGTH_AT = 8;
    public static final int LEADER_EPOCH_AT = 12;
    public static final int MAGIC_AT = 16;
    public static final int CRC_AT = 17;
    public static final int ATTRIBUTES_AT = 21;
    public static final int LAST_OFFSET_DELTA_AT = 23;
    public static final int BASE_TIMESTAMP_AT = 27;
    public static final int MAX_TIMESTAMP_AT = 35;
    public static final int PRODUCER_ID_AT = 43;
    public static final int PRODUCER_EPOCH_AT = 51;
    public static final int BASE_SEQUENCE_AT = 53;
    public static final int RECORD_COUNT_AT = 57;

    /** Bytes of a batch before its first record. */
    public static final int HEADER_BYTES = 61;

    /** Bytes before the part that the length field counts: base offset and length. */
    public static final int LOG_OVERHEAD_BYTES = 12;

    public static final byte MAGIC = 2;
    public static final long NO_PRODUCER_ID = -1;
    public static final long NO_TIMESTAMP = -1;

    /** Bits of the attributes. */
    public static final int LOG_APPEND_TIME_FLAG = 0x08;

    public static final int TRANSACTIONAL_FLAG = 0x10;
    public static final int CONTROL_FLAG = 0x20;

    /** The base timestamp says since when tombstones and markers may go (KIP-534). */
    public static final int DELETE_HORIZON_FLAG = 0x40;

    private static final int COMPRESSION_MASK = 0x07;

    private RecordBatchLayout() {}

    public static long baseOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BASE_OFFSET_AT);
    }

    /** Whole size of the batch in bytes, its offset and length fields included; may be nonsense. */
    public static long sizeBytes(ByteBuffer buffer, int at) {
        return (long) buffer.getInt(at + LENGTH_AT) + LOG_OVERHEAD_BYTES;
    }

    /** Whether a buffer holds a batch, by the length that it states, and nothing else. */
    public static boolean isOneBatch(ByteBuffer buffer) {
        return sizeBytes(buffer, buffer.position()) == buffer.remaining();
    }

    public static int leaderEpoch(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LEADER_EPOCH_AT);
    }

    public static byte magic(ByteBuffer buffer, int at) {
        return buffer.get(at + MAGIC_AT);
    }

    public static int crc(ByteBuffer buffer, int at) {
        return buffer.getInt(at + CRC_AT);
    }

    public static short attributes(ByteBuffer buffer, int at) {
        return buffer.getShort(at + ATTRIBUTES_AT);
    }

    public static int lastOffsetDelta(ByteBuffer buffer, int at) {
        return buffer.getInt(at + LAST_OFFSET_DELTA_AT);
    }

    public static long lastOffset(ByteBuffer buffer, int at) {
        return baseOffset(buffer, at) + lastOffsetDelta(buffer, at);
    }

    public static long baseTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BASE_TIMESTAMP_AT);
    }

    public static long maxTimestamp(ByteBuffer buffer, int at) {
        return buffer.getLong(at + MAX_TIMESTAMP_AT);
    }

    public static long producerId(ByteBuffer buffer, int at) {
        return buffer.getLong(at + PRODUCER_ID_AT);
    }

    public static short producerEpoch(ByteBuffer buffer, int at) {
        return buffer.getShort(at + PRODUCER_EPOCH_AT);
    }

    public static int baseSequence(ByteBuffer buffer, int at) {
        return buffer.getInt(at + BASE_SEQUENCE_AT);
    }

    public static int recordCount(ByteBuffer buffer, int at) {
        return buffer.getInt(at + RECORD_COUNT_AT);
    }

    /** Id of the codec: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5 to 7 are not assigned. */
    public static int compression(short attributes) {
        return attributes & COMPRESSION_MASK;
    }

    public static boolean isLogAppendTime(short attributes) {
        return (attributes & LOG_APPEND_TIME_FLAG) != 0;
    }

    public static boolean isTransactional(short attributes) {
        return (attributes & TRANSACTIONAL_FLAG) != 0;
    }

    public static boolean isControl(short attributes) {
        return (attributes & CONTROL_FLAG) != 0;
    }

    public static boolean hasDeleteHorizon(short attributes) {
        return (attributes & DELETE_HORIZON_FLAG) != 0;
    }

    public static short withLogAppendTime(short attributes) {
        return (short) (attributes | LOG_APPEND_TIME_FLAG);
    }
}
