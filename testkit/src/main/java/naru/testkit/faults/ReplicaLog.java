package naru.testkit.faults;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a node has of a partition on its disk, as the files say, whoever wrote them.
 *
 * @param batches in the order of the files
 */
record ReplicaLog(List<Batch> batches) {
    /**
     * @param marker what a control batch says of the transaction, else null
     */
    record Batch(
            long baseOffset,
            long lastOffset,
            int leaderEpoch,
            long checksum,
            long producerId,
            boolean transactional,
            @Nullable ControlRecordType marker,
            List<Stored> records) {
        /** All that replicas must agree on. */
        String identity() {
            return "%d-%d, epoch %d, checksum %d"
                    .formatted(baseOffset, lastOffset, leaderEpoch, checksum);
        }
    }

    record Stored(long offset, String value) {}

    /**
     * @param dataFolder of a node
     * @param withValues whether the records are read too
     */
    static ReplicaLog read(Path dataFolder, TopicPartition partition, boolean withValues) {
        List<Batch> batches = new ArrayList<>();
        try (Stream<Path> files = Files.list(dataFolder.resolve(partition.toString()))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".log")).sorted().toList()) {
                addBatches(file, withValues, batches);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ReplicaLog(batches);
    }

    /** A file that a node writes to is not closed as its own: that would cut it. */
    private static void addBatches(Path file, boolean withValues, List<Batch> batches)
            throws IOException {
        FileRecords records = FileRecords.open(file.toFile(), false);
        try {
            records.batches().forEach(batch -> batches.add(batch(batch, withValues)));
        } finally {
            records.closeHandlers();
        }
    }

    private static Batch batch(RecordBatch batch, boolean withValues) {
        List<Stored> records = new ArrayList<>();
        ControlRecordType marker = null;
        if (batch.isControlBatch()) {
            marker = ControlRecordType.parse(batch.iterator().next().key());
        } else if (withValues) {
            for (Record record : batch) {
                records.add(new Stored(record.offset(), Utils.utf8(record.value())));
            }
        }
        return new Batch(
                batch.baseOffset(),
                batch.lastOffset(),
                batch.partitionLeaderEpoch(),
                batch.checksum(),
                batch.producerId(),
                batch.isTransactional(),
                marker,
                records);
    }

    long end() {
        return batches.isEmpty() ? 0 : batches.getLast().lastOffset() + 1;
    }

    List<Stored> records() {
        return batches.stream().flatMap(batch -> batch.records().stream()).toList();
    }

    /** What read_committed gives: in order of offsets, without what was aborted or is open. */
    List<Stored> committed() {
        Map<Long, List<Stored>> open = new HashMap<>();
        List<Stored> committed = new ArrayList<>();
        for (Batch batch : batches) {
            if (batch.marker() != null) {
                List<Stored> ended = open.remove(batch.producerId());
                if (batch.marker() == ControlRecordType.COMMIT && ended != null) {
                    committed.addAll(ended);
                }
            } else if (batch.transactional()) {
                open.computeIfAbsent(batch.producerId(), id -> new ArrayList<>())
                        .addAll(batch.records());
            } else {
                committed.addAll(batch.records());
            }
        }
        return committed.stream()
                .sorted((one, other) -> Long.compare(one.offset(), other.offset()))
                .toList();
    }

    /** How many transactions have no marker yet. */
    int openTransactions() {
        Map<Long, Boolean> open = new HashMap<>();
        for (Batch batch : batches) {
            if (batch.marker() != null) {
                open.remove(batch.producerId());
            } else if (batch.transactional()) {
                open.put(batch.producerId(), true);
            }
        }
        return open.size();
    }
}
