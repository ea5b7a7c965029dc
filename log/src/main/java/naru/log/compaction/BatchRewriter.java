package naru.log.compaction;

import naru.log.segment.CleanedSegment;
import naru.wire.RecordBatchLayout;
import naru.wire.RecordStream;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Writes a batch anew with some of its records, behind the same offsets and producer, in the same
 * codec. Records pass through unchanged but for their timestamp's distance from the header's.
 */
final class BatchRewriter {
    static final long SAME_BASE = Long.MIN_VALUE;

    private final RecordStream records;
    private final byte[] varints = new byte[21];

    BatchRewriter(RecordStream records) {
        this.records = records;
    }

    /**
     * @param deleteHorizonMillis since when tombstones and markers of this batch may go, or {@link
     *     #SAME_BASE}
     */
    void copy(
            ByteBuffer batch,
            int at,
            BitSet stay,
            int stayCount,
            long maxTimestamp,
            long deleteHorizonMillis,
            CleanedSegment target)
            throws IOException {
        ByteBuffer header = ByteBuffer.allocate(RecordBatchLayout.HEADER_BYTES);
        header.put(0, batch, at, RecordBatchLayout.HEADER_BYTES);
        short attributes = RecordBatchLayout.attributes(batch, at);
        long shift = 0;
        if (deleteHorizonMillis != SAME_BASE) {
            shift = RecordBatchLayout.baseTimestamp(batch, at) - deleteHorizonMillis;
            header.putShort(
                    RecordBatchLayout.ATTRIBUTES_AT,
                    (short) (attributes | RecordBatchLayout.DELETE_HORIZON_FLAG));
            header.putLong(RecordBatchLayout.BASE_TIMESTAMP_AT, deleteHorizonMillis);
        }
        if (!RecordBatchLayout.isLogAppendTime(attributes)) {
            header.putLong(RecordBatchLayout.MAX_TIMESTAMP_AT, maxTimestamp);
        }
        header.putInt(RecordBatchLayout.RECORD_COUNT_AT, stayCount);
        target.beginBatch(header);
        records.open(batch, at, Long.MAX_VALUE);
        CompressionType type = CompressionType.forId(RecordBatchLayout.compression(attributes));
        if (type == CompressionType.NONE) {
            copyRecords(stay, shift, target.payload());
        } else {
            copyPacked(type, stay, shift, target.payload());
        }
        target.endBatch();
    }

    private void copyPacked(CompressionType type, BitSet stay, long shift, OutputStream target)
            throws IOException {
        try (OutputStream packing =
                Compression.of(type)
                        .build()
                        .wrapForOutput(new Through(target), RecordBatchLayout.MAGIC)) {
            copyRecords(stay, shift, packing);
        } catch (UncheckedIOException refusal) {
            throw refusal.getCause();
        }
    }

    private void copyRecords(BitSet stay, long shift, OutputStream target) throws IOException {
        while (records.next()) {
            if (stay.get(records.index())) {
                long delta = records.timestampDelta() + shift;
                long length = 1L + varintBytes(delta) + records.bytesLeft();
                int end = varint(length, 0);
                varints[end++] = 0;
                end = varint(delta, end);
                target.write(varints, 0, end);
                records.readRest(target::write);
            }
        }
    }

    private static int varintBytes(long value) {
        long left = (value << 1) ^ (value >> 63);
        int bytes = 1;
        while ((left & ~0x7fL) != 0) {
            bytes++;
            left >>>= 7;
        }
        return bytes;
    }

    /** Writes a zigzag varint at the index; answers the index behind it. */
    private int varint(long value, int from) {
        long left = (value << 1) ^ (value >> 63);
        int at = from;
        while ((left & ~0x7fL) != 0) {
            varints[at++] = (byte) ((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        varints[at++] = (byte) left;
        return at;
    }

    /** The stream that the codecs ask for, which keeps nothing. */
    private static final class Through extends ByteBufferOutputStream {
        private final OutputStream target;

        Through(OutputStream target) {
            super(ByteBuffer.allocate(0));
            this.target = target;
        }

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int at, int length) {
            try {
                target.write(bytes, at, length);
            } catch (IOException refusal) {
                throw new UncheckedIOException(refusal);
            }
        }

        @Override
        public void write(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            write(copy, 0, copy.length);
        }
    }
}
