package naru.broker.transaction;

import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Asks a transaction's coordinator on behalf of a partition's leader (KIP-890): that partitions are
 * added, or whether they are in. Threads: any.
 */
public final class Enrolment {
    private static final short CLIENT_LEAVES_ADDING_TO_US = 2;

    private final Coordinator<TransactionCommand> coordinator;

    public Enrolment(Coordinator<TransactionCommand> coordinator) {
        this.coordinator = coordinator;
    }

    /** Who writes to the partitions. */
    public record Producer(String transactionalId, long producerId, short producerEpoch) {}

    /** Told once, on any thread, and before {@link #ask} returns if that is possible. */
    @FunctionalInterface
    public interface Then {
        /**
         * @param errors for each partition, NONE where it may be written to; INVALID_PRODUCER_EPOCH
         *     for a producer that is fenced
         */
        void enrolled(Map<TopicPartition, Errors> errors);
    }

    /**
     * @param add whether partitions that are not in the transaction are added to it
     */
    public void ask(Producer producer, Set<TopicPartition> partitions, boolean add, Then then) {
        coordinator.ask(
                producer.transactionalId(),
                ticket ->
                        new TransactionCommand.AddPartitions(
                                ticket,
                                producer.transactionalId(),
                                producer.producerId(),
                                producer.producerEpoch(),
                                partitions,
                                !add,
                                CLIENT_LEAVES_ADDING_TO_US),
                new Passing(partitions, then));
    }

    private record Passing(Set<TopicPartition> partitions, Then then) implements Answer {
        @Override
        public void reply(ApiMessage response) {
            Map<TopicPartition, Errors> errors = new HashMap<>();
            for (AddPartitionsToTxnResult result :
                    ((AddPartitionsToTxnResponseData) response).resultsByTransaction()) {
                result.topicResults()
                        .forEach(topic ->
                                topic.resultsByPartition()
                                        .forEach(partition ->
                                                errors.put(
                                                        new TopicPartition(
                                                                topic.name(),
                                                                partition.partitionIndex()),
                                                        told(partition.partitionErrorCode()))));
            }
            then.enrolled(errors);
        }

        private static Errors told(short code) {
            Errors error = Errors.forCode(code);
            return error == Errors.PRODUCER_FENCED ? Errors.INVALID_PRODUCER_EPOCH : error;
        }

        @Override
        public void refuse(Errors error, String message) {
            Map<TopicPartition, Errors> errors = new HashMap<>();
            partitions.forEach(partition -> errors.put(partition, error));
            then.enrolled(errors);
        }
    }
}
