package naru.benchmarks.load;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Batches built once and sent many times: neither base offset nor leader epoch is under the CRC.
 */
public final class RecordBatches {
    private RecordBatches() {}

    /** One batch of incompressible records with values of this size. */
    public static MemoryRecords of(int records, int valueBytes) {
        Random random = new Random(42);
        long now = System.currentTimeMillis();
        SimpleRecord[] content = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[valueBytes];
            random.nextBytes(value);
            content[i] = new SimpleRecord(now, ByteBuffer.allocate(0), ByteBuffer.wrap(value));
        }
        return MemoryRecords.withRecords(Compression.NONE, content);
    }
}
