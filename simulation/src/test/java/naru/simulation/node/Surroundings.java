package naru.simulation.node;

import naru.log.LogDirectoryOptions;
import naru.simulation.disk.SimulatedDisk;

import java.util.List;

/** What a node runs in. */
public interface Surroundings {
    SimulatedCluster metadata();

    SimulatedDisk disk();

    SimulatedTime time();

    List<LogDirectoryOptions> logOptions();

    Wiring wiring();

    /** Lets something arrive at a client. */
    void later(Runnable arrival);

    /** A handler has failed with what is no Kafka error. */
    void failed(Throwable bug);
}
