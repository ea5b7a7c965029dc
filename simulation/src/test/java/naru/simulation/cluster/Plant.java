package naru.simulation.cluster;

import naru.broker.partition.Replication;
import naru.simulation.node.Wiring;

import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** A mistake planted between the parts of a cluster, which the checks must find. */
interface Plant {
    Plant NONE = new Plant() {};

    default Wiring wiring() {
        return Wiring.STRAIGHT;
    }

    /** What a broker hears, in place of this. */
    default ModelImage heard(Machine machine, ModelImage image) {
        return image;
    }

    default void beforeMetadata(Machine machine, ModelImage image) {}

    default void beforeFetch(ApiMessage request) {}

    default void beforeInSync(AlterPartitionRequestData request) {}

    default Replication replication(Replication straight) {
        return straight;
    }

    /** Called once in a while on a broker that runs. */
    default void turn(Machine machine) {}

    /** Whether a broker that was killed says that it stopped cleanly. */
    default boolean claimsCleanStop() {
        return false;
    }
}
