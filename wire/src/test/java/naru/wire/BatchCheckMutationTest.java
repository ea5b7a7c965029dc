package naru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import naru.wire.BatchCheck.Broken;
import naru.wire.BatchCheck.Limits;
import naru.wire.BatchCheck.Outcome;
import naru.wire.BatchCheck.Sound;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Random;

/** Damaged batches, judged by Kafka's own reader and log validator beside ours. */
final class BatchCheckMutationTest {
    private static final Limits CLIENT =
            BatchCheckTest.client(1 << 20, Long.MAX_VALUE, 3_600_000, false);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsCalledSoundKafkaTakesToo(long seed) {
        Random random = new Random(seed);
        int sound = 0;
        for (int round = 0; round < 30_000; round++) {
            CompressionType codec =
                    random.nextInt(3) == 0
                            ? CompressionType.forId(random.nextInt(5))
                            : CompressionType.NONE;
            ByteBuffer damaged = damaged(random, Batches.random(random, codec));
            Outcome outcome = BatchCheck.check(damaged, CLIENT);
            Errors kafkas = kafkasVerdict(damaged.duplicate());
            if (outcome instanceof Sound) {
                sound++;
                assertThat(kafkas).as("seed %s round %s", seed, round).isEqualTo(Errors.NONE);
            } else {
                Broken broken = (Broken) outcome;
                assertThat(broken.message()).isNotEmpty();
                if (kafkas != Errors.NONE) {
                    assertThat(broken.error())
                            .as("seed %s round %s: %s", seed, round, broken.message())
                            .isIn(kafkas, Errors.INVALID_RECORD, Errors.CORRUPT_MESSAGE);
                }
            }
            BatchCheck.check(damaged, Limits.replication());
        }
        assertThat(sound).isGreaterThan(1000);
    }

    /** Flips, inserts or cuts bytes; usually with a CRC that agrees, so that deeper checks run. */
    private static ByteBuffer damaged(Random random, ByteBuffer batch) {
        byte[] bytes = new byte[batch.remaining()];
        batch.get(bytes);
        int at = RecordBatchLayout.ATTRIBUTES_AT + random.nextInt(bytes.length - 21);
        if (random.nextInt(8) == 0) {
            at = random.nextInt(bytes.length);
        }
        switch (random.nextInt(4)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> bytes = java.util.Arrays.copyOf(bytes, at);
            case 3 -> {
                byte[] longer = new byte[bytes.length + 1];
                System.arraycopy(bytes, 0, longer, 0, at);
                System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                longer[at] = (byte) random.nextInt();
                bytes = longer;
            }
            default -> throw new AssertionError();
        }
        ByteBuffer damaged = ByteBuffer.wrap(bytes);
        if (bytes.length > RecordBatchLayout.HEADER_BYTES && random.nextInt(8) != 0) {
            damaged.putInt(
                    RecordBatchLayout.LENGTH_AT,
                    bytes.length - RecordBatchLayout.LOG_OVERHEAD_BYTES);
            damaged.putInt(RecordBatchLayout.CRC_AT, BatchCheck.crc(damaged, 0, bytes.length));
        }
        return damaged;
    }

    /** What Kafka's produce path answers: first its log's look at the batch, then the validator. */
    private static Errors kafkasVerdict(ByteBuffer buffer) {
        try {
            MemoryRecords records = MemoryRecords.readableRecords(buffer);
            CompressionType codec = null;
            int size = 0;
            for (MutableRecordBatch batch : records.batches()) {
                if (codec != null || batch.magic() != RecordBatch.MAGIC_VALUE_V2) {
                    return Errors.INVALID_RECORD;
                }
                if (!batch.isValid()) {
                    return Errors.CORRUPT_MESSAGE;
                }
                if (batch.baseOffset() != 0) {
                    return Errors.INVALID_RECORD;
                }
                codec = batch.compressionType();
                size = batch.sizeInBytes();
            }
            if (codec == null) {
                return Errors.INVALID_RECORD;
            }
            if (codec != CompressionType.NONE) {
                return Errors
                        .NONE; // damaged payloads make Kafka's own unpacking fail in other ways
            }
            byte[] copy = new byte[size];
            buffer.get(0, copy);
            validate(MemoryRecords.readableRecords(ByteBuffer.wrap(copy)), codec);
            return Errors.NONE;
        } catch (RecordValidationException refused) {
            return Errors.forException(refused.invalidException());
        } catch (ApiException refused) {
            return Errors.forException(refused);
        } catch (IllegalArgumentException unknownCodec) {
            return Errors.UNSUPPORTED_COMPRESSION_TYPE;
        } catch (RuntimeException unreadable) {
            return Errors.CORRUPT_MESSAGE;
        }
    }

    private static void validate(MemoryRecords records, CompressionType codec) {
        new LogValidator(
                        records,
                        new TopicPartition("t", 0),
                        new FixedTime(),
                        codec,
                        Compression.of(codec).build(),
                        false,
                        RecordBatch.MAGIC_VALUE_V2,
                        TimestampType.CREATE_TIME,
                        Long.MAX_VALUE,
                        3_600_000,
                        0,
                        AppendOrigin.CLIENT)
                .validateMessagesAndAssignOffsets(
                        PrimitiveRef.ofLong(0), new NoMetrics(), BufferSupplier.NO_CACHING);
    }

    private static final class NoMetrics implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }

    private static final class FixedTime implements Time {
        @Override
        public long milliseconds() {
            return Batches.NOW;
        }

        @Override
        public long nanoseconds() {
            return Batches.NOW * 1_000_000;
        }

        @Override
        public void sleep(long ms) {}

        @Override
        public void waitObject(
                Object object, java.util.function.Supplier<Boolean> condition, long deadline) {}

        @Override
        public org.apache.kafka.common.utils.Timer timer(long timeoutMs) {
            return Time.SYSTEM.timer(timeoutMs);
        }
    }
}
