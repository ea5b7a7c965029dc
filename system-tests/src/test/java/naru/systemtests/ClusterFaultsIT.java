package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.testkit.cluster.ClusterProcesses.Voters;
import naru.testkit.faults.Fault;
import naru.testkit.faults.FaultOptions;
import naru.testkit.faults.FaultRounds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/**
 * Three nodes under load are killed, paused, cut from one another and robbed of a folder; nothing
 * that was acknowledged is lost, doubled or torn. {@code dev/faults} does more of it, by chance.
 */
class ClusterFaultsIT {
    private static final long SEED = 2;
    private static final long MOST_HOLD_MILLIS = 1_500;

    @Test
    void clusterLosesNothing(@TempDir Path home) {
        assumeTrue(Target.chosen() == Target.NARU, "the nodes are Naru's here");
        FaultOptions options = new FaultOptions(SEED, home, Voters.ADDED, MOST_HOLD_MILLIS, true);
        try (FaultRounds rounds = FaultRounds.start(options)) {
            rounds.round(Fault.KILL_CONTROLLER);
            rounds.round(Fault.LOSE_FOLDER);
            rounds.round(Fault.PAUSE_LEADER);
            if (rounds.canCut()) {
                rounds.round(Fault.CUT_NODE);
            }
            rounds.round(Fault.KILL_ALL);
            assertThat(rounds.acknowledgedRecords()).isPositive();
            assertThat(rounds.copiedRecords()).isPositive();
        }
    }
}
