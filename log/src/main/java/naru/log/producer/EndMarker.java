package naru.log.producer;

import naru.wire.RecordBatchLayout;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/**
 * The only record of a control batch that ends a transaction.
 *
 * <p>Source: Kafka's documentation, "Control Batches": the key is version and type (0 abort, 1
 * commit), the value version and coordinator epoch.
 */
record EndMarker(boolean aborted, int coordinatorEpoch, long timestampMillis) {
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;
    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    /** The marker in the control batch at the index, or null when there is none in it. */
    static @Nullable EndMarker read(ByteBuffer buffer, int at) {
        short attributes = RecordBatchLayout.attributes(buffer, at);
        if (RecordBatchLayout.recordCount(buffer, at) < 1
                || RecordBatchLayout.compression(attributes) != 0) {
            return null;
        }
        int end = (int) (at + RecordBatchLayout.sizeBytes(buffer, at));
        Cursor cursor = new Cursor(buffer, at + RecordBatchLayout.HEADER_BYTES, end);
        cursor.varlong(); // length
        cursor.at++; // attributes
        long delta = cursor.varlong();
        cursor.varlong(); // offset delta
        long keyBytes = cursor.varlong();
        int keyAt = cursor.at;
        if (keyBytes < KEY_BYTES || keyBytes > end - keyAt) {
            return null;
        }
        cursor.at += (int) keyBytes;
        long valueBytes = cursor.varlong();
        if (valueBytes < VALUE_BYTES || valueBytes > end - cursor.at) {
            return null;
        }
        int type = buffer.getShort(keyAt + 2);
        if (buffer.getShort(keyAt) < 0 || (type != ABORT && type != COMMIT)) {
            return null;
        }
        long timestamp =
                RecordBatchLayout.isLogAppendTime(attributes)
                        ? RecordBatchLayout.maxTimestamp(buffer, at)
                        : RecordBatchLayout.baseTimestamp(buffer, at) + delta;
        return new EndMarker(type == ABORT, buffer.getInt(cursor.at + 2), timestamp);
    }

    /** Reads zigzag varints; past the end it reads zeros, which no marker is made of. */
    private static final class Cursor {
        private final ByteBuffer buffer;
        private final int end;
        private int at;

        Cursor(ByteBuffer buffer, int at, int end) {
            this.buffer = buffer;
            this.at = at;
            this.end = end;
        }

        long varlong() {
            long value = 0;
            for (int shift = 0; shift < 70 && at < end; shift += 7) {
                byte next = buffer.get(at++);
                value |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    break;
                }
            }
            return (value >>> 1) ^ -(value & 1);
        }
    }
}
