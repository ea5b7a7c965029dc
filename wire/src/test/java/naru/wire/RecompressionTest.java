package naru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import naru.wire.BatchCheck.Limits;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

final class RecompressionTest {
    private static final Limits CLIENT =
            BatchCheckTest.client(1 << 20, Long.MAX_VALUE, 3_600_000, false);

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void everyCodecBecomesEveryOtherWithTheSameRecords(CompressionType from) {
        Random random = new Random(3);
        for (CompressionType to : CompressionType.values()) {
            for (int round = 0; round < 50; round++) {
                ByteBuffer batch = Batches.random(random, from);
                Recompression.Outcome outcome =
                        Recompression.recompress(
                                batch,
                                Recompression.codec(to.name, Integer.MIN_VALUE),
                                CLIENT,
                                1 << 20);
                ByteBuffer repacked = ((Recompression.Repacked) outcome).batch();
                MutableRecordBatch before = only(batch);
                MutableRecordBatch after = only(repacked);
                after.ensureValid();
                assertThat(after.compressionType()).isEqualTo(to);
                assertThat(after.producerId()).isEqualTo(before.producerId());
                assertThat(after.baseSequence()).isEqualTo(before.baseSequence());
                assertThat(after.isTransactional()).isEqualTo(before.isTransactional());
                assertThat(after.maxTimestamp()).isEqualTo(before.maxTimestamp());
                assertThat(records(after)).isEqualTo(records(before));
                assertThat(BatchCheck.check(repacked, CLIENT)).isInstanceOf(BatchCheck.Sound.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void aBombIsRefused(CompressionType codec) {
        MemoryRecordsBuilder builder = Batches.builder(codec);
        builder.append(Batches.NOW, null, new byte[20 << 20]);
        assertThat(refusal(Batches.built(builder), 1 << 20))
                .isIn(Errors.MESSAGE_TOO_LARGE, Errors.CORRUPT_MESSAGE);
    }

    @Test
    void damagedPayloadsAreRefusedWithoutAnException() {
        Random random = new Random(9);
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            ByteBuffer batch = Batches.random(random, CompressionType.forId(1 + random.nextInt(4)));
            int at = 61 + random.nextInt(batch.limit() - 61);
            batch.put(at, (byte) random.nextInt());
            Recompression.Outcome outcome =
                    Recompression.recompress(batch, Compression.NONE, CLIENT, 1 << 20);
            refused += outcome instanceof Recompression.Refused ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private static Errors refusal(ByteBuffer batch, int maxBytes) {
        Recompression.Outcome outcome =
                Recompression.recompress(batch, Compression.NONE, CLIENT, maxBytes);
        return ((Recompression.Refused) outcome).why().error();
    }

    private static MutableRecordBatch only(ByteBuffer batch) {
        return MemoryRecords.readableRecords(batch.duplicate()).batches().iterator().next();
    }

    private static List<String> records(MutableRecordBatch batch) {
        List<String> records = new ArrayList<>();
        for (Record record : batch) {
            records.add(
                    record.offset()
                            + " "
                            + record.timestamp()
                            + " "
                            + record.sequence()
                            + hex(record.key())
                            + hex(record.value())
                            + List.of(record.headers()));
        }
        return records;
    }

    private static String hex(@Nullable ByteBuffer bytes) {
        return bytes == null ? " null" : " " + HexFormat.of().formatHex(Utils.toArray(bytes));
    }
}
