package naru.broker.enforce;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.wire.BatchCheck.RecordError;
import naru.wire.BatchRecords;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Bad records of one batch as batches for the quarantine: as they came, with headers that say why
 * they are there.
 */
final class QuarantineRecords {
    private static final int FIRST_BUFFER_BYTES = 4 << 10;
    private static final int MOST_BATCH_BYTES = 512 << 10;
    private static final int MOST_REASON_CHARACTERS = 2_000;
    private static final String UNTOLD = "not of its schema";
    private static final String PREFIX = "naru.quarantine.";

    private final TopicPartition source;
    private final Verdict.Bad verdict;
    private final String producer;
    private final long nowMillis;

    /**
     * @param producer id, epoch and first sequence number of the batch; empty: it has none
     */
    QuarantineRecords(TopicPartition source, Verdict.Bad verdict, String producer, long nowMillis) {
        this.source = source;
        this.verdict = verdict;
        this.producer = producer;
        this.nowMillis = nowMillis;
    }

    /** As many batches as are needed, in the codec of the source. */
    List<ByteBuffer> batches() {
        Map<Integer, String> reasons = new HashMap<>();
        for (RecordError error : verdict.errors()) {
            reasons.put(error.index(), error.message());
        }
        List<ByteBuffer> batches = new ArrayList<>();
        BatchRecords records = verdict.records();
        records.rewind();
        MemoryRecordsBuilder builder = null;
        int bytes = 0;
        while (records.next()) {
            if (!verdict.bad().get(records.index())) {
                continue;
            }
            Record record = records.record();
            if (builder != null && bytes + record.sizeInBytes() > MOST_BATCH_BYTES) {
                batches.add(builder.build().buffer());
                builder = null;
                bytes = 0;
            }
            if (builder == null) {
                builder = builder(records);
            }
            String reason = reasons.getOrDefault(records.index(), UNTOLD);
            builder.append(
                    record.timestamp(),
                    record.key(),
                    record.value(),
                    headers(record, records.index(), reason));
            bytes += record.sizeInBytes();
        }
        if (builder != null) {
            batches.add(builder.build().buffer());
        }
        return batches;
    }

    private static MemoryRecordsBuilder builder(BatchRecords records) {
        return MemoryRecords.builder(
                ByteBuffer.allocate(FIRST_BUFFER_BYTES),
                RecordBatch.CURRENT_MAGIC_VALUE,
                records.codec(),
                TimestampType.CREATE_TIME,
                0);
    }

    private Header[] headers(Record record, int index, String reason) {
        List<Header> all = new ArrayList<>(List.of(record.headers()));
        String told = reason.substring(0, Math.min(MOST_REASON_CHARACTERS, reason.length()));
        all.add(header("reason", told));
        all.add(header("topic", source.topic()));
        all.add(header("partition", Integer.toString(source.partition())));
        all.add(header("record", Integer.toString(index)));
        all.add(header("time", Long.toString(nowMillis)));
        if (!producer.isEmpty()) {
            all.add(header("producer", producer));
        }
        return all.toArray(Header[]::new);
    }

    private static Header header(String name, String value) {
        return new RecordHeader(PREFIX + name, value.getBytes(UTF_8));
    }
}
