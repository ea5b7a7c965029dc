package naru.broker.transaction;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.protocol.Errors;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Asks a transaction's coordinator on behalf of a partition's leader (KIP-890): that partitions are
 * added, or whether they are in. Threads: any.
 */
public interface Enrolment {

    /** Who writes to the partitions. */
    record Producer(String transactionalId, long producerId, short producerEpoch) {}

    /** Told once, on any thread, and before {@link #ask} returns if that is possible. */
    @FunctionalInterface
    interface Then {
        /**
         * @param errors for each partition, NONE where it may be written to; INVALID_PRODUCER_EPOCH
         *     for a producer that is fenced
         */
        void enrolled(Map<TopicPartition, Errors> errors);
    }

    /**
     * @param add whether partitions that are not in the transaction are added to it
     */
    void ask(Producer producer, Set<TopicPartition> partitions, boolean add, Then then);

    /** The same error for each partition. */
    static Map<TopicPartition, Errors> all(Set<TopicPartition> partitions, Errors error) {
        Map<TopicPartition, Errors> errors = new HashMap<>();
        partitions.forEach(partition -> errors.put(partition, error));
        return errors;
    }

    /** What a coordinator has answered, as the leader of a partition tells it. */
    static Map<TopicPartition, Errors> told(AddPartitionsToTxnResult result) {
        Map<TopicPartition, Errors> errors = new HashMap<>();
        result.topicResults()
                .forEach(topic ->
                        topic.resultsByPartition()
                                .forEach(partition ->
                                        errors.put(
                                                new TopicPartition(
                                                        topic.name(), partition.partitionIndex()),
                                                told(partition.partitionErrorCode()))));
        return errors;
    }

    private static Errors told(short code) {
        Errors error = Errors.forCode(code);
        return error == Errors.PRODUCER_FENCED ? Errors.INVALID_PRODUCER_EPOCH : error;
    }
}
