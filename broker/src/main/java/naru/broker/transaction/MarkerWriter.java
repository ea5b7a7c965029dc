package naru.broker.transaction;

import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;

import org.apache.kafka.common.TopicPartition;

/** Writes markers into partitions. Threads: any; must not block. */
@FunctionalInterface
public interface MarkerWriter {
    /**
     * @param written told once, when the marker is committed or why it is not
     */
    void write(TopicPartition to, TransactionMarker marker, CommitListener written);
}
