package naru.simulation.node;

import naru.broker.fetch.ReplicaChoice;
import naru.broker.partition.Replication;
import naru.broker.replication.Peers;
import naru.log.LogDirectoryOptions;
import naru.quorum.ClusterController;
import naru.quorum.Quorum;
import naru.simulation.disk.SimulatedDisk;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a node runs in. */
public interface Surroundings {
    Quorum metadata();

    CompletableFuture<ClusterController.ProducerIdBlock> producerIds();

    SimulatedDisk disk();

    SimulatedTime time();

    List<LogDirectoryOptions> logOptions();

    Wiring wiring();

    /** Lets something arrive at a client. */
    void later(Runnable arrival);

    /** A handler has failed with what is no Kafka error. */
    void failed(Throwable bug);

    /** Has the node do something, now or when it is no longer held up. */
    default void within(Runnable task) {
        task.run();
    }

    /** What binds the node to others. */
    default Replication replication(SimulatedNode node) {
        return Replication.ALONE;
    }

    /** The way to the other brokers, of the node of this life. */
    default Peers peers(SimulatedNode node) {
        return Peers.NONE;
    }

    default ReplicaChoice closest() {
        return ReplicaChoice.ALWAYS_LEADER;
    }
}
