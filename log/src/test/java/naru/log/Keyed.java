package naru.log;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A record with a key, as a test writes and reads it; a null value is a tombstone. */
record Keyed(long offset, @Nullable String key, @Nullable String value, long timestamp) {
    /** A record that has no offset yet. */
    static Keyed of(@Nullable String key, @Nullable String value, long timestamp) {
        return new Keyed(-1, key, value, timestamp);
    }

    Keyed at(long newOffset) {
        return new Keyed(newOffset, key, value, timestamp);
    }

    /** Who writes a batch. */
    record Writer(long producerId, short epoch, int sequence, boolean transactional) {
        static final Writer NOBODY = new Writer(-1, (short) -1, -1, false);
    }

    static ByteBuffer batch(CompressionType codec, Writer writer, List<Keyed> records) {
        SimpleRecord[] simple =
                records.stream()
                        .map(record ->
                                new SimpleRecord(
                                        record.timestamp, bytes(record.key), bytes(record.value)))
                        .toArray(SimpleRecord[]::new);
        Compression compression = Compression.of(codec).build();
        MemoryRecords made;
        if (writer.transactional) {
            made =
                    MemoryRecords.withTransactionalRecords(
                            compression, writer.producerId, writer.epoch, writer.sequence, simple);
        } else if (writer.producerId >= 0) {
            made =
                    MemoryRecords.withIdempotentRecords(
                            compression, writer.producerId, writer.epoch, writer.sequence, simple);
        } else {
            made = MemoryRecords.withRecords(compression, simple);
        }
        return made.buffer();
    }

    static ByteBuffer marker(Writer writer, boolean abort, long timestamp) {
        return MemoryRecords.withEndTransactionMarker(
                        timestamp,
                        writer.producerId,
                        writer.epoch,
                        new EndTransactionMarker(
                                abort ? ControlRecordType.ABORT : ControlRecordType.COMMIT, 0))
                .buffer();
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** All data records of the log from the offset on, as read by offset. */
    static List<Keyed> read(PartitionLog log, long from, int maxBytes) {
        List<Keyed> seen = new ArrayList<>();
        long next = Math.max(from, log.logStartOffset());
        while (log.read(next, log.logEndOffset(), maxBytes, true)
                instanceof ReadOutcome.Found(LogSlice slice)) {
            for (MutableRecordBatch batch :
                    MemoryRecords.readableRecords(LogFixture.bytes(slice)).batches()) {
                batch.ensureValid();
                if (!batch.isControlBatch()) {
                    for (Record record : batch) {
                        if (record.offset() >= next) {
                            seen.add(of(batch, record));
                        }
                    }
                }
            }
            if (slice.nextOffset() <= next) {
                throw new AssertionError("a read at " + next + " gets no further");
            }
            next = slice.nextOffset();
        }
        return seen;
    }

    private static Keyed of(MutableRecordBatch batch, Record record) {
        return new Keyed(
                record.offset(),
                text(record.key()),
                text(record.value()),
                batch.timestampType() == TimestampType.CREATE_TIME ? record.timestamp() : -1);
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
