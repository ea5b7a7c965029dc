package naru.benchmarks.micro;

import naru.benchmarks.load.RecordBatches;

import java.nio.ByteBuffer;

/** A batch as a client sends it, in a buffer that can be appended again and again. One owner. */
final class BatchBuffer {
    private static final int BASE_OFFSET_AT = 0;

    private final ByteBuffer buffer;

    BatchBuffer(int records, int valueBytes) {
        ByteBuffer batch = RecordBatches.of(records, valueBytes).buffer();
        buffer = ByteBuffer.allocateDirect(batch.remaining()).put(batch).flip();
    }

    /** The whole batch, with the base offset of a client; that field is not under the CRC. */
    ByteBuffer fresh() {
        buffer.clear();
        buffer.putLong(BASE_OFFSET_AT, 0);
        return buffer;
    }

    int sizeBytes() {
        return buffer.capacity();
    }
}
