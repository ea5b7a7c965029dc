package naru.simulation.client;

import naru.simulation.check.Ledger.Seen;

import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * What a client finds in the bytes of a fetch.
 *
 * @param next where to read on
 * @param hole the first offset that is missing between the position and there, or -1
 */
public record Records(List<Seen> seen, long next, long hole) {
    /** The records from the position on, but for those of the aborted transactions. */
    public static Records of(
            MemoryRecords records, long position, @Nullable List<AbortedTransaction> aborted) {
        PriorityQueue<AbortedTransaction> coming =
                new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
        if (aborted != null) {
            coming.addAll(aborted);
        }
        Set<Long> abortedProducers = new HashSet<>();
        List<Seen> seen = new ArrayList<>();
        long next = position;
        long hole = -1;
        for (MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            if (hole < 0 && batch.baseOffset() > next) {
                hole = next;
            }
            while (!coming.isEmpty() && coming.element().firstOffset() <= batch.lastOffset()) {
                abortedProducers.add(coming.remove().producerId());
            }
            boolean hidden =
                    batch.isTransactional() && abortedProducers.contains(batch.producerId());
            for (Record record : batch) {
                if (batch.isControlBatch()) {
                    if (ControlRecordType.parse(record.key()) == ControlRecordType.ABORT) {
                        abortedProducers.remove(batch.producerId());
                    }
                } else if (!hidden && record.offset() >= position) {
                    seen.add(new Seen(record.offset(), text(record.key()), value(record)));
                }
            }
            next = Math.max(next, batch.nextOffset());
        }
        return new Records(seen, next, hole);
    }

    private static @Nullable String value(Record record) {
        String text = text(record.value());
        return text == null ? null : text.substring(0, text.indexOf(' '));
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
