package naru.coordination.transaction;

import naru.coordination.Decision;

import org.apache.kafka.common.TopicPartition;

import java.util.Set;

/** What a shard needs done outside of it. */
public sealed interface TransactionEffect extends Decision.Effect {
    /**
     * Each partition is to be told how the transaction ended; then {@link
     * TransactionCommand.MarkersWritten} is expected.
     *
     * @param round tells the ends of one id's transactions apart, for as long as the shard is
     *     hosted
     * @param producerEpoch of the markers
     * @param coordinatorEpoch leader epoch of the shard's partition
     * @param transactionVersion from 2 on the epoch is larger than that of the transaction's
     *     batches
     */
    record WriteMarkers(
            String transactionalId,
            long round,
            long producerId,
            short producerEpoch,
            Set<TopicPartition> partitions,
            boolean commit,
            int coordinatorEpoch,
            short transactionVersion)
            implements TransactionEffect {}

    /**
     * A transaction was open longer than its producer said it would be, and is aborted; somebody
     * may wonder why its commit fails.
     */
    record TimedOut(String transactionalId, int timeoutMillis) implements TransactionEffect {}

    /**
     * The request cannot be decided without a new producer id: {@link
     * TransactionCommand.ProducerIdGiven} or {@link TransactionCommand.ProducerIdRefused} is
     * expected.
     */
    record NeedProducerId(TransactionCommand.Asked request) implements TransactionEffect {}
}
