package naru.coordination.transaction;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.protocol.Errors;

import java.util.Set;

/**
 * What a shard is asked or told. Requests carry the ticket that their reply will name; each is
 * answered exactly once. Errors in replies are those of the newest version of the request.
 */
public sealed interface TransactionCommand {

    /** A request. */
    sealed interface Asked extends TransactionCommand {
        long ticket();
    }

    /** With a transactional id. Answered by an {@code InitProducerIdResponseData}. */
    record InitProducerId(long ticket, InitProducerIdRequestData request) implements Asked {}

    /**
     * Answered by an {@code AddPartitionsToTxnResponseData} with one transaction's result.
     *
     * @param verifyOnly only say whether the partitions are in the transaction already
     * @param clientVersion transaction version of the client: 2 when it leaves adding to the broker
     */
    record AddPartitions(
            long ticket,
            String transactionalId,
            long producerId,
            short producerEpoch,
            Set<TopicPartition> partitions,
            boolean verifyOnly,
            short clientVersion)
            implements Asked {}

    /** Answered by an {@code EndTxnResponseData}; from version 5 on the epoch is raised. */
    record EndTxn(long ticket, short version, EndTxnRequestData request) implements Asked {}

    /** Answered by a {@code DescribeTransactionsResponseData} with one state. */
    record DescribeTransaction(long ticket, String transactionalId) implements Asked {}

    record ListTransactions(long ticket, ListTransactionsRequestData request) implements Asked {}

    /**
     * All markers are written.
     *
     * @param round of the {@link TransactionEffect.WriteMarkers} that asked for them
     */
    record MarkersWritten(String transactionalId, long round) implements TransactionCommand {}

    /** The producer id that a request was found to need; the request is decided again. */
    record ProducerIdGiven(Asked request, long producerId) implements TransactionCommand {}

    /** No producer id is to be had. */
    record ProducerIdRefused(Asked request, Errors error) implements TransactionCommand {}
}
