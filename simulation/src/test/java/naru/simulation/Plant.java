package naru.simulation;

import naru.simulation.disk.Lies;
import naru.simulation.node.Wiring;

/**
 * A bug planted on purpose.
 *
 * @param fsyncTopics whether topics that should acknowledge what is forced are told to
 */
record Plant(String name, Lies lies, Wiring wiring, boolean fsyncTopics) {
    static final Plant NONE = new Plant("none", Lies.NONE, Wiring.STRAIGHT, true);
}
