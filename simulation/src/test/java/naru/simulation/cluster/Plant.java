package naru.simulation.cluster;

import naru.simulation.node.Wiring;

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

    /**
     * What a broker that begins says of its run before.
     *
     * @param told the epoch of that run if it ended cleanly, else -1
     */
    default long epochBefore(Machine machine, long told) {
        return told;
    }

    /** Lets happen what is to happen in place of chance; false when chance decides. */
    default boolean direct(ClusterChaos chaos) {
        return false;
    }

    /** Called once in a while on a broker that runs. */
    default void turn(Machine machine) {}
}
