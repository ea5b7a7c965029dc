package naru.testkit.faults;

import naru.testkit.cluster.ClusterProcesses.Voters;

import java.nio.file.Path;

/**
 * One run.
 *
 * @param seed that which faults are done, and to whom, follow from
 * @param home gets the nodes' folders and what they print
 * @param mostHoldMillis how long a fault lasts at most
 * @param transactions whether copiers run
 */
public record FaultOptions(
        long seed, Path home, Voters voters, long mostHoldMillis, boolean transactions) {}
