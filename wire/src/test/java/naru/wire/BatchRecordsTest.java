package naru.wire;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

class BatchRecordsTest {
    private static final BatchCheck.Limits CLIENT = limits(BatchCheck.Source.CLIENT);
    private static final BatchCheck.Limits FILTERED = limits(BatchCheck.Source.FILTERED_CLIENT);
    private static final int ROOM = 1 << 20;

    private static BatchCheck.Limits limits(BatchCheck.Source source) {
        return new BatchCheck.Limits(
                source, ROOM, true, true, false, Long.MAX_VALUE, Long.MAX_VALUE, 0, false);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void batchWithoutSomeRecordsHasTheOthersWhereTheyWere(CompressionType codec) {
        Random random = new Random(7);
        for (int round = 0; round < 20; round++) {
            int count = 1 + random.nextInt(30);
            ByteBuffer batch = batch(Compression.of(codec).build(), count);
            BitSet out = new BitSet();
            for (int i = 0; i < count; i++) {
                out.set(i, random.nextBoolean());
            }

            ByteBuffer left = open(batch).without(out);

            assertThat(BatchCheck.check(left, FILTERED)).isInstanceOf(BatchCheck.Sound.class);
            RecordBatch read = MemoryRecords.readableRecords(left).batches().iterator().next();
            assertThat(read.lastOffset()).isEqualTo(count - 1);
            assertThat(read.lastSequence()).isEqualTo(100 + count - 1);
            List<Integer> expected = new ArrayList<>();
            for (int i = out.nextClearBit(0); i < count; i = out.nextClearBit(i + 1)) {
                expected.add(i);
            }
            List<Integer> found = new ArrayList<>();
            for (Record record : read) {
                int index = (int) record.offset();
                found.add(index);
                assertThat(UTF_8.decode(record.value()).toString()).isEqualTo("value " + index);
                assertThat(record.timestamp()).isEqualTo(1_000 + index);
            }
            assertThat(found).isEqualTo(expected);
            assertThat(read.countOrNull()).isEqualTo(expected.size());
            assertThat(read.maxTimestamp())
                    .isEqualTo(expected.isEmpty() ? -1 : 1_000 + expected.getLast());
        }
    }

    @Test
    void onlyWhoTookRecordsOutMayStoreABatchWithGaps() {
        BitSet first = new BitSet();
        first.set(0);

        ByteBuffer left = open(batch(Compression.NONE, 3)).without(first);

        assertThat(BatchCheck.check(left, CLIENT)).isInstanceOf(BatchCheck.Broken.class);
        left.putInt(RecordBatchLayout.RECORD_COUNT_AT, 4);
        left.putInt(RecordBatchLayout.CRC_AT, BatchCheck.crc(left, 0, left.limit()));
        assertThat(BatchCheck.check(left, FILTERED)).isInstanceOf(BatchCheck.Broken.class);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void recordsAreSeenInTheirOrderAndAgain(CompressionType codec) {
        BatchRecords records = open(batch(Compression.of(codec).build(), 5));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 5; i++) {
                assertThat(records.next()).isTrue();
                assertThat(records.index()).isEqualTo(i);
                assertThat(UTF_8.decode(records.record().key()).toString()).isEqualTo("key " + i);
                assertThat(records.header("h")).isEqualTo(new byte[] {(byte) i});
                assertThat(records.header("none")).isNull();
            }
            assertThat(records.next()).isFalse();
            records.rewind();
        }
    }

    @Test
    void whatUnpacksToTooMuchIsRefused() {
        MemoryRecords bomb =
                MemoryRecords.withRecords(
                        Compression.gzip().build(), new SimpleRecord(new byte[200_000]));

        assertThat(BatchRecords.open(bomb.buffer(), CLIENT, 100_000))
                .isInstanceOfSatisfying(
                        BatchRecords.Refused.class,
                        refused ->
                                assertThat(refused.why().error())
                                        .isEqualTo(Errors.MESSAGE_TOO_LARGE));
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void damagedPayloadIsRefused(CompressionType codec) {
        Random random = new Random(11);
        for (int round = 0; round < 200; round++) {
            ByteBuffer batch = batch(Compression.of(codec).build(), 4);
            int at =
                    RecordBatchLayout.HEADER_BYTES
                            + random.nextInt(batch.limit() - RecordBatchLayout.HEADER_BYTES);
            batch.put(at, (byte) random.nextInt());
            batch.putInt(RecordBatchLayout.CRC_AT, BatchCheck.crc(batch, 0, batch.limit()));
            switch (BatchRecords.open(batch, CLIENT, ROOM)) {
                case BatchRecords.Refused refused -> {}
                case BatchRecords.Opened(BatchRecords records) -> {
                    int seen = 0;
                    while (records.next()) {
                        seen++;
                    }
                    assertThat(seen).isEqualTo(4);
                }
            }
        }
    }

    private static BatchRecords open(ByteBuffer batch) {
        return switch (BatchRecords.open(batch, CLIENT, ROOM)) {
            case BatchRecords.Opened(BatchRecords records) -> records;
            case BatchRecords.Refused(BatchCheck.Broken why) -> throw new AssertionError(why);
        };
    }

    private static ByteBuffer batch(Compression codec, int count) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            Header[] headers = {new RecordHeader("h", new byte[] {(byte) i})};
            records[i] =
                    new SimpleRecord(
                            1_000 + i,
                            ("key " + i).getBytes(UTF_8),
                            ("value " + i).getBytes(UTF_8),
                            headers);
        }
        return MemoryRecords.withIdempotentRecords(codec, 5, (short) 0, 100, records).buffer();
    }
}
