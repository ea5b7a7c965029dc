package naru.broker.transaction;

import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

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
            then.enrolled(
                    Enrolment.told(
                            ((AddPartitionsToTxnResponseData) response)
                                    .resultsByTransaction()
                                    .iterator()
                                    .next()));
        }

        @Override
        public void refuse(Errors error, String message) {
            then.enrolled(Enrolment.all(partitions, error));
        }
    }
}
