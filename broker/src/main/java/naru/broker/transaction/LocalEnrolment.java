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

/** Asks the coordinators of this broker. */
public final class LocalEnrolment implements Enrolment {
    private static final short CLIENT_LEAVES_ADDING_TO_US = 2;

    private final Coordinator<TransactionCommand> coordinator;

    public LocalEnrolment(Coordinator<TransactionCommand> coordinator) {
        this.coordinator = coordinator;
    }

    @Override
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
