package naru.broker.transaction;

import naru.broker.coordinator.Coordinator;
import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.TransactionMarker;
import naru.log.AppendOutcome;
import naru.log.LogStorageException;
import naru.log.Origin;
import naru.log.producer.AppendTerms;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

import java.util.function.LongSupplier;

/**
 * Writes markers into partitions that are led here. One of a group's offsets goes through the
 * group's shard, so that offsets become visible in the order of the log. Threads: any.
 */
public final class Markers implements MarkerWriter {
    private final PartitionLookup lookup;
    private final Coordinator<?> groups;
    private final LongSupplier clock;

    public Markers(PartitionLookup lookup, Coordinator<?> groups, LongSupplier clock) {
        this.lookup = lookup;
        this.groups = groups;
        this.clock = clock;
    }

    @Override
    public void write(TopicPartition to, TransactionMarker marker, CommitListener written) {
        switch (lookup.led(to.topic(), to.partition(), PartitionLookup.NO_EPOCH)) {
            case PartitionLookup.Found.Not not -> written.onLost(not.error(), not.message());
            case PartitionLookup.Found.Led led -> {
                if (to.topic().equals(groups.topicName())) {
                    groups.endTransaction(to.partition(), marker, written);
                } else {
                    append(led.partition(), marker, written);
                }
            }
        }
    }

    private void append(Partition partition, TransactionMarker marker, CommitListener written) {
        AppendOutcome outcome;
        try {
            outcome =
                    partition.append(
                            marker.batch(clock.getAsLong()),
                            Origin.COORDINATOR,
                            true,
                            AppendTerms.marker(marker.transactionVersion()));
        } catch (LogStorageException e) {
            written.onLost(Errors.KAFKA_STORAGE_ERROR, String.valueOf(e.getMessage()));
            return;
        }
        switch (outcome) {
            case AppendOutcome.Appended appended ->
                    partition.awaitCommit(appended.lastOffset() + 1, written);
            case AppendOutcome.Duplicate duplicate ->
                    partition.awaitCommit(duplicate.lastOffset() + 1, written);
            case AppendOutcome.Refused refused ->
                    written.onLost(refused.error(), refused.message());
        }
    }
}
