package naru.broker.transaction;

import naru.broker.coordinator.Alarm;
import naru.broker.coordinator.Coordinator;
import naru.broker.replication.PeerBatches;
import naru.broker.replication.Peers;
import naru.coordination.transaction.TransactionCommand;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

import java.util.Set;

/** Asks the coordinator of each transaction, on whichever broker it is. Threads: any. */
public final class ClusterEnrolment implements Enrolment {
    private final int nodeId;
    private final Coordinator<TransactionCommand> coordinator;
    private final Enrolment here;
    private final PeerBatches<EnrolmentBatch.Question> elsewhere;

    /**
     * @param timeoutMillis how long another broker's answer is waited for
     */
    public ClusterEnrolment(
            int nodeId,
            Coordinator<TransactionCommand> coordinator,
            Peers peers,
            Alarm alarm,
            int timeoutMillis) {
        this.nodeId = nodeId;
        this.coordinator = coordinator;
        this.here = new LocalEnrolment(coordinator);
        this.elsewhere = new PeerBatches<>(peers, alarm, timeoutMillis, EnrolmentBatch::new);
    }

    @Override
    public void ask(Producer producer, Set<TopicPartition> partitions, boolean add, Then then) {
        Integer broker = coordinator.leaderOf(producer.transactionalId());
        if (broker == null) {
            then.enrolled(Enrolment.all(partitions, Errors.COORDINATOR_NOT_AVAILABLE));
        } else if (broker == nodeId) {
            here.ask(producer, partitions, add, then);
        } else {
            elsewhere.ask(broker, new EnrolmentBatch.Question(producer, partitions, add, then));
        }
    }
}
