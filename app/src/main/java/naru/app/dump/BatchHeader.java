package naru.app.dump;

import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The fixed part of a record batch of format 2 (Kafka's message format since 0.11). */
record BatchHeader(
        long baseOffset,
        int length,
        int leaderEpoch,
        int magic,
        long crc,
        short attributes,
        int lastOffsetDelta,
        long baseTimestamp,
        long maxTimestamp,
        long producerId,
        short producerEpoch,
        int baseSequence,
        int count) {
    /** Bytes of the header. */
    static final int SIZE = RecordBatchLayout.HEADER_BYTES;

    /** Bytes before those that {@code length} counts. */
    static final int OVERHEAD = RecordBatchLayout.LOG_OVERHEAD_BYTES;

    /** Where the bytes begin that the CRC is made of. */
    static final int CRC_FROM = RecordBatchLayout.ATTRIBUTES_AT;

    static BatchHeader read(ByteBuffer buffer) {
        return new BatchHeader(
                buffer.getLong(),
                buffer.getInt(),
                buffer.getInt(),
                buffer.get(),
                buffer.getInt() & 0xffff_ffffL,
                buffer.getShort(),
                buffer.getInt(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getLong(),
                buffer.getShort(),
                buffer.getInt(),
                buffer.getInt());
    }

    long sizeBytes() {
        return (long) length + OVERHEAD;
    }

    long lastOffset() {
        return baseOffset + lastOffsetDelta;
    }

    /** The codec, or null when there is none of that number. */
    @Nullable CompressionType codec() {
        int id = attributes & 0x7;
        return id <= CompressionType.ZSTD.id ? CompressionType.forId(id) : null;
    }

    boolean logAppendTime() {
        return (attributes & 0x8) != 0;
    }

    boolean transactional() {
        return (attributes & 0x10) != 0;
    }

    boolean control() {
        return (attributes & 0x20) != 0;
    }

    /** What is special about the batch, in words. */
    List<String> marks() {
        List<String> marks = new ArrayList<>();
        if (producerId >= 0) {
            marks.add("producer " + producerId + "/" + producerEpoch + " seq " + baseSequence);
        }
        if (transactional()) {
            marks.add("transactional");
        }
        if (control()) {
            marks.add("control");
        }
        if (logAppendTime()) {
            marks.add("log append time");
        }
        return marks;
    }

    /** Why the header cannot be true, or null when it can. */
    @Nullable String contradiction(long previousLastOffset) {
        if (codec() == null) {
            return "codec " + (attributes & 0x7) + " does not exist";
        }
        if (lastOffsetDelta < 0 || baseOffset < 0) {
            return "offsets " + baseOffset + " to " + lastOffset() + " are impossible";
        }
        if (count < 0 || count > lastOffsetDelta + 1L) {
            return count + " records do not fit into " + (lastOffsetDelta + 1L) + " offsets";
        }
        if (baseOffset <= previousLastOffset) {
            return "offset " + baseOffset + " comes after offset " + previousLastOffset;
        }
        return null;
    }
}
