package naru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import naru.wire.BatchCheck.Broken;
import naru.wire.BatchCheck.Limits;
import naru.wire.BatchCheck.Outcome;
import naru.wire.BatchCheck.Sound;
import naru.wire.BatchCheck.Source;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.Consumer;

final class BatchCheckTest {
    private static final long HOUR = 3_600_000;
    private static final Limits CLIENT = client(1 << 20, Long.MAX_VALUE, HOUR, false);

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void producersBatchesAreSoundInEveryCodec(CompressionType codec) {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            ByteBuffer heap = Batches.random(random, codec);
            ByteBuffer direct = ByteBuffer.allocateDirect(heap.remaining() + 3).position(3);
            direct.put(heap.duplicate()).flip().position(3);
            MutableRecordBatch kafkas =
                    MemoryRecords.readableRecords(heap.duplicate()).batches().iterator().next();

            for (ByteBuffer buffer : new ByteBuffer[] {heap, direct, heap.asReadOnlyBuffer()}) {
                int position = buffer.position();
                Sound sound = (Sound) BatchCheck.check(buffer, CLIENT);
                assertThat(buffer.position()).isEqualTo(position);
                assertThat(sound.batchCount()).isEqualTo(1);
                assertThat(sound.recordCount()).isEqualTo(kafkas.countOrNull());
                assertThat(sound.sizeBytes()).isEqualTo(kafkas.sizeInBytes());
                assertThat(sound.maxTimestamp()).isEqualTo(kafkas.maxTimestamp());
                assertThat(sound.maxTimestampStated()).isTrue();
                assertThat(sound.compression()).isEqualTo(codec.id);
                assertThat(sound.recordsWalked()).isEqualTo(codec == CompressionType.NONE);
            }
        }
    }

    @Test
    void nothingAndLessThanABatchAreRefused() {
        assertThat(error(ByteBuffer.allocate(0))).isEqualTo(Errors.INVALID_RECORD);
        ByteBuffer batch = Batches.ofOneRecord(100);
        for (int length = 1; length < batch.limit(); length++) {
            assertThat(error(batch.duplicate().limit(length)))
                    .as("cut to %s bytes", length)
                    .isEqualTo(Errors.INVALID_RECORD);
        }
    }

    @Test
    void brokenFramingIsCorrupt() {
        assertThat(error(changed(b -> b.putInt(RecordBatchLayout.LENGTH_AT, -5))))
                .isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(error(changed(b -> b.putInt(RecordBatchLayout.LENGTH_AT, 1))))
                .isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(error(changed(b -> b.putInt(RecordBatchLayout.LENGTH_AT, 40))))
                .isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(error(changed(b -> b.put(RecordBatchLayout.MAGIC_AT, (byte) 3))))
                .isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(error(changed(b -> b.put(RecordBatchLayout.MAGIC_AT, (byte) 1))))
                .isEqualTo(Errors.INVALID_RECORD);
        ByteBuffer flipped = Batches.ofOneRecord(100);
        flipped.put(90, (byte) 1);
        assertThat(error(flipped)).isEqualTo(Errors.CORRUPT_MESSAGE);
        ByteBuffer trailed = ByteBuffer.allocate(200).put(Batches.ofOneRecord(100)).flip();
        trailed.limit(trailed.limit() + 5);
        assertThat(error(trailed)).isEqualTo(Errors.CORRUPT_MESSAGE);
    }

    @Test
    void headersThatContradictThemselvesAreInvalid() {
        invalid(b -> b.putInt(RecordBatchLayout.RECORD_COUNT_AT, 0));
        invalid(b -> b.putInt(RecordBatchLayout.RECORD_COUNT_AT, -1));
        invalid(b -> b.putInt(RecordBatchLayout.RECORD_COUNT_AT, Integer.MAX_VALUE));
        invalid(b -> b.putInt(RecordBatchLayout.LAST_OFFSET_DELTA_AT, 1));
        invalid(b -> b.putInt(RecordBatchLayout.LAST_OFFSET_DELTA_AT, -1));
        invalid(b -> b.putLong(RecordBatchLayout.BASE_OFFSET_AT, 4));
        invalid(b -> b.putLong(RecordBatchLayout.PRODUCER_ID_AT, -2));
        invalid(b -> b.putLong(RecordBatchLayout.PRODUCER_ID_AT, 5));
        invalid(b -> b.putShort(RecordBatchLayout.ATTRIBUTES_AT, (short) 0x10));
        invalid(b -> b.putShort(RecordBatchLayout.ATTRIBUTES_AT, (short) 0x40));
        assertThat(error(changed(b -> b.putShort(RecordBatchLayout.ATTRIBUTES_AT, (short) 5))))
                .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(error(changed(b -> b.putShort(RecordBatchLayout.ATTRIBUTES_AT, (short) 8))))
                .isEqualTo(Errors.INVALID_TIMESTAMP);
    }

    @Test
    void oldRequestsMayNotUseZstd() {
        Limits old =
                new Limits(
                        Source.CLIENT,
                        1 << 20,
                        true,
                        false,
                        false,
                        Long.MAX_VALUE,
                        HOUR,
                        Batches.NOW,
                        false);
        ByteBuffer batch = Batches.random(new Random(1), CompressionType.ZSTD);
        assertThat(((Broken) BatchCheck.check(batch, old)).error())
                .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
    }

    @Test
    void aSecondBatchIsRefusedOnlyInAProduceRequest() {
        ByteBuffer two = ByteBuffer.allocate(1000);
        two.put(Batches.ofOneRecord(100)).put(Batches.ofOneRecord(200)).flip();
        assertThat(error(two)).isEqualTo(Errors.INVALID_RECORD);
        Sound sound = (Sound) BatchCheck.check(two, Limits.replication());
        assertThat(sound.batchCount()).isEqualTo(2);
        assertThat(sound.recordCount()).isEqualTo(2);
    }

    @Test
    void aFollowerCountsWholeBatchesOnly() {
        ByteBuffer first = Batches.ofOneRecord(100);
        ByteBuffer two = ByteBuffer.allocate(1000).put(first.duplicate());
        two.put(Batches.ofOneRecord(200)).flip();
        for (int limit = first.limit(); limit < two.limit(); limit++) {
            Outcome outcome = BatchCheck.check(two.duplicate().limit(limit), Limits.replication());
            assertThat(((Sound) outcome).sizeBytes()).isEqualTo(first.limit());
        }
    }

    @Test
    void tooLargeABatchIsRefused() {
        ByteBuffer batch = Batches.ofOneRecord(1000);
        assertThat(BatchCheck.check(batch, client(batch.limit(), HOUR, HOUR, false)))
                .isInstanceOf(Sound.class);
        Outcome outcome = BatchCheck.check(batch, client(batch.limit() - 1, HOUR, HOUR, false));
        assertThat(((Broken) outcome).error()).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    }

    @Test
    void onlyCoordinatorsWriteControlRecords() {
        MemoryRecords marker =
                MemoryRecords.withEndTransactionMarker(
                        5L, (short) 0, new EndTransactionMarker(ControlRecordType.COMMIT, 3));
        assertThat(error(marker.buffer())).isEqualTo(Errors.INVALID_RECORD);
        Limits coordinator =
                new Limits(
                        Source.COORDINATOR,
                        1 << 20,
                        false,
                        true,
                        false,
                        HOUR,
                        HOUR,
                        Batches.NOW,
                        true);
        assertThat(BatchCheck.check(marker.buffer(), coordinator)).isInstanceOf(Sound.class);
    }

    @Test
    void recordsWithoutKeyAreNamedWhereOneIsRequired() {
        MemoryRecordsBuilder builder = Batches.builder(CompressionType.NONE);
        builder.append(Batches.NOW, new byte[1], new byte[1]);
        builder.append(Batches.NOW, null, new byte[1]);
        Outcome outcome =
                BatchCheck.check(Batches.built(builder), client(1 << 20, HOUR, HOUR, true));
        Broken broken = (Broken) outcome;
        assertThat(broken.error()).isEqualTo(Errors.INVALID_RECORD);
        assertThat(broken.records()).extracting(BatchCheck.RecordError::index).containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {-HOUR - 1, HOUR + 1})
    void recordsOutsideTheTimestampBoundsAreNamed(long distance) {
        MemoryRecordsBuilder builder = Batches.builder(CompressionType.NONE);
        builder.append(Batches.NOW + (distance < 0 ? -HOUR : HOUR), null, new byte[1]);
        builder.append(-1L, null, new byte[1]);
        builder.append(Batches.NOW + distance, null, new byte[1]);
        Outcome outcome =
                BatchCheck.check(Batches.built(builder), client(1 << 20, HOUR, HOUR, false));
        Broken broken = (Broken) outcome;
        assertThat(broken.error()).isEqualTo(Errors.INVALID_TIMESTAMP);
        assertThat(broken.records()).extracting(BatchCheck.RecordError::index).containsExactly(2);
    }

    @Test
    void compressedBatchesAreHeldToTheTimestampBoundsByTheirHeader() {
        MemoryRecordsBuilder builder = Batches.builder(CompressionType.LZ4);
        builder.append(Batches.NOW, null, new byte[1]);
        builder.append(Batches.NOW + HOUR + 1, null, new byte[1]);
        assertThat(error(Batches.built(builder))).isEqualTo(Errors.INVALID_TIMESTAMP);
    }

    @Test
    void aWrongMaxTimestampIsTakenAndTold() {
        ByteBuffer batch =
                changed(b -> b.putLong(RecordBatchLayout.MAX_TIMESTAMP_AT, Batches.NOW + 5));
        Sound sound = (Sound) BatchCheck.check(batch, CLIENT);
        assertThat(sound.maxTimestampStated()).isFalse();
        assertThat(sound.maxTimestamp()).isEqualTo(Batches.NOW);
    }

    @Test
    void namesOfBadRecordsAreBounded() {
        MemoryRecordsBuilder builder = Batches.builder(CompressionType.NONE);
        for (int i = 0; i < 1000; i++) {
            builder.append(Batches.NOW, null, new byte[1]);
        }
        Outcome outcome =
                BatchCheck.check(Batches.built(builder), client(1 << 20, HOUR, HOUR, true));
        assertThat(((Broken) outcome).records()).hasSize(RecordWalk.MAX_ERRORS);
    }

    static Limits client(int maxBytes, long before, long after, boolean keyRequired) {
        return new Limits(
                Source.CLIENT,
                maxBytes,
                true,
                true,
                false,
                before,
                after,
                Batches.NOW,
                keyRequired);
    }

    private static Errors error(ByteBuffer batches) {
        return ((Broken) BatchCheck.check(batches, CLIENT)).error();
    }

    private static void invalid(Consumer<ByteBuffer> change) {
        assertThat(error(changed(change))).isEqualTo(Errors.INVALID_RECORD);
    }

    private static ByteBuffer changed(Consumer<ByteBuffer> change) {
        ByteBuffer batch = Batches.ofOneRecord(100);
        int size = batch.limit();
        change.accept(batch);
        batch.putInt(RecordBatchLayout.CRC_AT, BatchCheck.crc(batch, 0, size));
        return batch;
    }
}
