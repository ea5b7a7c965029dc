package naru.wire;

import naru.wire.BatchCheck.Broken;
import naru.wire.BatchCheck.Limits;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * The records of one batch of a client, unpacked within a bound, to be looked at one after the
 * other; and the batch without some of them.
 *
 * <p>Owned by one thread. The batch's bytes must stay as they are for as long as this is used.
 */
public final class BatchRecords {
    private final ByteBuffer batch;
    private final int at;
    private final ByteBuffer records;
    private final int count;
    private final long baseTimestamp;
    private int index = -1;
    private @Nullable Record present;

    /** What became of opening a batch. */
    public sealed interface Outcome {}

    public record Opened(BatchRecords records) implements Outcome {}

    /** The batch is damaged, or has more bytes than were allowed (MESSAGE_TOO_LARGE). */
    public record Refused(Broken why) implements Outcome {}

    private BatchRecords(ByteBuffer batch, ByteBuffer records) {
        this.batch = batch;
        this.at = batch.position();
        this.records = records;
        this.count = RecordBatchLayout.recordCount(batch, at);
        this.baseTimestamp = RecordBatchLayout.baseTimestamp(batch, at);
    }

    /**
     * Opens the one batch between the buffer's position and limit, when it may enter a log.
     *
     * @param maxUnpackedBytes most bytes that the records may have
     */
    public static Outcome open(ByteBuffer batch, Limits limits, int maxUnpackedBytes) {
        if (BatchCheck.check(batch, limits) instanceof BatchCheck.Broken broken) {
            return new Refused(broken);
        }
        try {
            int at = batch.position();
            ByteBuffer records = Recompression.unpacked(batch, at, maxUnpackedBytes);
            if (records == null) {
                return new Refused(
                        new Broken(
                                Errors.MESSAGE_TOO_LARGE,
                                "The records have more than %d bytes when unpacked."
                                        .formatted(maxUnpackedBytes)));
            }
            if (isPacked(batch, at)) {
                Broken broken =
                        new RecordWalk(
                                        records,
                                        0,
                                        records.limit(),
                                        RecordBatchLayout.recordCount(batch, at),
                                        RecordBatchLayout.baseTimestamp(batch, at),
                                        limits)
                                .run();
                if (broken != null) {
                    return new Refused(broken);
                }
            }
            return new Opened(new BatchRecords(batch, records));
        } catch (IOException | RuntimeException damaged) {
            return new Refused(
                    new Broken(
                            Errors.CORRUPT_MESSAGE,
                            "The records cannot be unpacked: " + damaged.getMessage()));
        }
    }

    private static boolean isPacked(ByteBuffer batch, int at) {
        return RecordBatchLayout.compression(RecordBatchLayout.attributes(batch, at)) != 0;
    }

    public int count() {
        return count;
    }

    /** Goes back before the first record. */
    public void rewind() {
        index = -1;
        present = null;
        records.position(0);
    }

    /** Goes to the next record; false behind the last. */
    public boolean next() {
        if (index + 1 >= count) {
            return false;
        }
        index++;
        present = read();
        return true;
    }

    private Record read() {
        return DefaultRecord.readFrom(records, 0, baseTimestamp, RecordBatch.NO_SEQUENCE, null);
    }

    /** Index of the present record in its batch. */
    public int index() {
        return index;
    }

    /** The present record, valid until the next. */
    public Record record() {
        if (present == null) {
            throw new IllegalStateException("there is no present record");
        }
        return present;
    }

    /** Value of the present record's last header of that name; null when there is none. */
    public byte @Nullable [] header(String name) {
        Header[] headers = record().headers();
        for (int i = headers.length - 1; i >= 0; i--) {
            if (headers[i].key().equals(name)) {
                return headers[i].value();
            }
        }
        return null;
    }

    /** Codec of the batch, at its usual level. */
    public Compression codec() {
        return Compression.of(
                        CompressionType.forId(
                                RecordBatchLayout.compression(
                                        RecordBatchLayout.attributes(batch, at))))
                .build();
    }

    /**
     * The batch without the records at these indexes, in the same codec. Offsets and sequence
     * numbers of the others, and of what follows the batch, are as if they were there: there are
     * gaps, as compaction makes them.
     */
    public ByteBuffer without(BitSet out) {
        ByteBufferOutputStream made =
                new ByteBufferOutputStream(
                        RecordBatchLayout.HEADER_BYTES + records.capacity() / 2 + 64);
        made.write(batch.slice(at, RecordBatchLayout.HEADER_BYTES));
        int left = count - out.cardinality();
        Compression codec = left == 0 ? Compression.NONE : codec();
        long maxTimestamp = RecordBatchLayout.NO_TIMESTAMP;
        try (OutputStream packing = codec.wrapForOutput(made, RecordBatchLayout.MAGIC)) {
            rewind();
            int from = records.position();
            while (next()) {
                int to = records.position();
                if (!out.get(index)) {
                    byte[] bytes = new byte[to - from];
                    records.get(from, bytes);
                    packing.write(bytes);
                    maxTimestamp = Math.max(maxTimestamp, record().timestamp());
                }
                from = to;
            }
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to memory", impossible);
        }
        return finished(made.buffer().flip(), left, codec, maxTimestamp);
    }

    private ByteBuffer finished(ByteBuffer made, int left, Compression codec, long maxTimestamp) {
        int size = made.limit();
        int attributes = RecordBatchLayout.attributes(batch, at) & ~0x07;
        made.putInt(RecordBatchLayout.LENGTH_AT, size - RecordBatchLayout.LOG_OVERHEAD_BYTES);
        made.putShort(RecordBatchLayout.ATTRIBUTES_AT, (short) (attributes | codec.type().id));
        made.putInt(RecordBatchLayout.RECORD_COUNT_AT, left);
        made.putLong(RecordBatchLayout.MAX_TIMESTAMP_AT, maxTimestamp);
        made.putInt(RecordBatchLayout.CRC_AT, BatchCheck.crc(made, 0, size));
        return made;
    }
}
