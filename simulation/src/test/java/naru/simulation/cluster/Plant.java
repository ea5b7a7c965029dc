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

    /** Called once in a while on a broker that runs. */
    default void turn(Machine machine) {}
}
