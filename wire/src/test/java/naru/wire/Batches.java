package naru.wire;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Random;

/** Record batches as the Java producer writes them. */
final class Batches {
    static final long NOW = 1_700_000_000_000L;

    private Batches() {}

    static MemoryRecordsBuilder builder(CompressionType codec) {
        return MemoryRecords.builder(
                ByteBuffer.allocate(4096),
                RecordBatch.MAGIC_VALUE_V2,
                Compression.of(codec).build(),
                TimestampType.CREATE_TIME,
                0L,
                0L,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE);
    }

    static ByteBuffer built(MemoryRecordsBuilder builder) {
        ByteBuffer built = builder.build().buffer();
        ByteBuffer own = ByteBuffer.allocate(built.remaining());
        own.put(built.duplicate()).flip();
        return own;
    }

    /** Some records with random keys, values, headers and timestamps near {@link #NOW}. */
    static ByteBuffer random(Random random, CompressionType codec) {
        MemoryRecordsBuilder builder = builder(codec);
        if (random.nextBoolean()) {
            builder.setProducerState(
                    random.nextInt(1000),
                    (short) random.nextInt(10),
                    random.nextInt(1 << 20),
                    random.nextBoolean());
        }
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            Header[] headers = new Header[random.nextInt(3)];
            for (int h = 0; h < headers.length; h++) {
                headers[h] = new RecordHeader("h" + h, bytes(random, 20));
            }
            builder.append(
                    NOW - random.nextInt(100_000), bytes(random, 40), bytes(random, 300), headers);
        }
        return built(builder);
    }

    static ByteBuffer ofOneRecord(int valueBytes) {
        MemoryRecordsBuilder builder = builder(CompressionType.NONE);
        builder.append(NOW, null, new byte[valueBytes]);
        return built(builder);
    }

    static void putCrc(ByteBuffer batch) {
        batch.putInt(
                RecordBatchLayout.CRC_AT,
                BatchCheck.crc(batch, 0, (int) RecordBatchLayout.sizeBytes(batch, 0)));
    }

    private static byte @Nullable [] bytes(Random random, int below) {
        if (random.nextInt(5) == 0) {
            return null;
        }
        byte[] bytes = new byte[random.nextInt(below)];
        random.nextBytes(bytes);
        return bytes;
    }
}
