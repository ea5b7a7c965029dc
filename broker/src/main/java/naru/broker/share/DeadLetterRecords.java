package naru.broker.share;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.share.SharePartition.DeadLetters;
import naru.log.LogSlice;
import naru.log.LogStorageException;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.wire.BatchCheck;
import naru.wire.Recompression;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The dead letters of one run as record batches: headers that tell where each came from, and, if it
 * was read, the record itself. A record that is too large for the topic goes without its content.
 */
final class DeadLetterRecords {
    private static final int READ_BYTES = 1 << 20;
    private static final int MOST_UNPACKED_BYTES = 32 << 20;
    private static final int BATCH_OVERHEAD_BYTES = 128;
    private static final int RECORD_OVERHEAD_BYTES = 64;
    private static final Header[] NO_HEADERS = {};

    private final String groupId;
    private final TopicPartition source;
    private final DeadLetters letters;
    private final int maxBatchBytes;
    private final Map<Long, Record> content = new TreeMap<>();
    private boolean gapsKnown;

    DeadLetterRecords(
            String groupId, TopicPartition source, DeadLetters letters, int maxBatchBytes) {
        this.groupId = groupId;
        this.source = source;
        this.letters = letters;
        this.maxBatchBytes = maxBatchBytes;
    }

    /** Reads the records' content; what cannot be read goes without. */
    void readFrom(PartitionLog log) {
        long from = letters.first();
        try {
            while (from <= letters.last()) {
                if (!(log.read(from, log.highWatermark(), READ_BYTES, true)
                        instanceof ReadOutcome.Found(LogSlice slice))) {
                    return;
                }
                long next = read(slice, from);
                if (next <= from) {
                    return;
                }
                from = next;
            }
            gapsKnown = true;
        } catch (IOException | LogStorageException e) {
            return;
        }
    }

    private long read(LogSlice slice, long from) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        while (bytes.hasRemaining()
                && slice.channel().read(bytes, slice.position() + bytes.position()) > 0) {}
        bytes.flip();
        long next = from;
        for (int at = 0; at + RecordBatchLayout.HEADER_BYTES <= bytes.limit(); ) {
            long size = RecordBatchLayout.sizeBytes(bytes, at);
            if (at + size > bytes.limit() || next > letters.last()) {
                break;
            }
            keep(bytes.slice(at, (int) size));
            next = Math.max(next, RecordBatchLayout.lastOffset(bytes, at) + 1);
            at += (int) size;
        }
        return next;
    }

    private void keep(ByteBuffer batch) {
        if (Recompression.recompress(
                        batch,
                        Compression.NONE,
                        BatchCheck.Limits.replication(),
                        MOST_UNPACKED_BYTES)
                instanceof Recompression.Repacked(ByteBuffer plain, long maxTimestamp)) {
            for (Record record : MemoryRecords.readableRecords(plain).records()) {
                if (record.offset() >= letters.first() && record.offset() <= letters.last()) {
                    content.put(record.offset(), record);
                }
            }
        }
    }

    /** As many batches as are needed. */
    List<ByteBuffer> batches(long nowMillis) {
        List<ByteBuffer> batches = new ArrayList<>();
        long offset = letters.first();
        while (offset <= letters.last()) {
            MemoryRecordsBuilder builder =
                    MemoryRecords.builder(
                            ByteBuffer.allocate(Math.min(maxBatchBytes, 64 << 10)),
                            RecordBatch.CURRENT_MAGIC_VALUE,
                            Compression.NONE,
                            TimestampType.CREATE_TIME,
                            0);
            int size = BATCH_OVERHEAD_BYTES;
            int count = 0;
            for (; offset <= letters.last(); offset++) {
                Record record = content.get(offset);
                if (record == null && gapsKnown) {
                    continue;
                }
                Header[] context = context(offset);
                int needed = sizeOf(context) + sizeOf(record);
                if (record != null && needed + BATCH_OVERHEAD_BYTES > maxBatchBytes) {
                    record = null;
                    needed = sizeOf(context);
                }
                if (count > 0 && size + needed > maxBatchBytes) {
                    break;
                }
                append(builder, nowMillis, record, context);
                size += needed;
                count++;
            }
            if (count > 0) {
                batches.add(builder.build().buffer());
            }
        }
        return batches;
    }

    private static void append(
            MemoryRecordsBuilder builder,
            long nowMillis,
            @Nullable Record record,
            Header[] context) {
        if (record == null) {
            builder.append(nowMillis, (ByteBuffer) null, (ByteBuffer) null, context);
            return;
        }
        Header[] own = record.headers();
        Header[] all = new Header[own.length + context.length];
        System.arraycopy(own, 0, all, 0, own.length);
        System.arraycopy(context, 0, all, own.length, context.length);
        builder.append(nowMillis, record.key(), record.value(), all);
    }

    private Header[] context(long offset) {
        return List.of(
                        header("topic", source.topic()),
                        header("partition", Integer.toString(source.partition())),
                        header("offset", Long.toString(offset)),
                        header("group", groupId),
                        header("delivery.count", Integer.toString(letters.deliveryCount())),
                        header("message", letters.cause().message()))
                .toArray(NO_HEADERS);
    }

    private static Header header(String name, String value) {
        return new RecordHeader("__dlq.errors." + name, value.getBytes(UTF_8));
    }

    private static int sizeOf(@Nullable Record record) {
        return record == null
                ? 0
                : Math.max(0, record.keySize())
                        + Math.max(0, record.valueSize())
                        + sizeOf(record.headers());
    }

    private static int sizeOf(Header[] headers) {
        int size = RECORD_OVERHEAD_BYTES;
        for (Header header : headers) {
            byte[] value = header.value();
            size += 10 + 3 * header.key().length() + (value == null ? 0 : value.length);
        }
        return size;
    }
}
