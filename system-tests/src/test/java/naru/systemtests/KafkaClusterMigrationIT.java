package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.testkit.BrokerProcess;
import naru.testkit.KafkaProcess;
import naru.testkit.NaruProcess;
import naru.testkit.faults.Load;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A cluster of three nodes of Apache Kafka becomes one of Naru, one node after the other, each on
 * its own folder and file, while clients go on; in the middle one goes back to Kafka. The walk is
 * that of docs/migrate.md.
 */
class KafkaClusterMigrationIT {
    private static final int NODES = 3;
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "default.replication.factor", "3",
                    "min.insync.replicas", "2",
                    "offsets.topic.replication.factor", "3",
                    "offsets.topic.num.partitions", "3",
                    "transaction.state.log.replication.factor", "3",
                    "transaction.state.log.min.isr", "2",
                    "transaction.state.log.num.partitions", "3",
                    // Each replica is compacted when its node likes; here they are to be the same.
                    "log.cleaner.min.compaction.lag.ms", "86400000",
                    "group.initial.rebalance.delay.ms", "0");

    @Test
    void nodesOfKafkaBecomeNodesOfNaruUnderLoad() {
        assumeTrue(Target.chosen() == Target.NARU, "what Kafka becomes is Naru here");
        List<KafkaProcess> kafkas = KafkaProcess.prepareCluster(NODES, SETTINGS);
        List<NaruProcess> narus = kafkas.stream().map(NaruProcess::inPlaceOf).toList();
        String bootstrap =
                kafkas.stream().map(KafkaProcess::bootstrap).collect(Collectors.joining(","));
        List<Path> folders = kafkas.stream().map(KafkaProcess::dataFolder).toList();
        try (Load load = new Load(bootstrap, NODES)) {
            kafkas.forEach(KafkaProcess::launch);
            kafkas.forEach(KafkaProcess::awaitReady);
            load.awaitWhole();
            load.start("classic");

            exchange(load, kafkas.get(0), narus.get(0));
            load.examine(folders);
            exchange(load, kafkas.get(1), narus.get(1));
            exchange(load, narus.get(0), kafkas.get(0));
            load.examine(folders);
            exchange(load, kafkas.get(0), narus.get(0));
            exchange(load, kafkas.get(2), narus.get(2));
            load.examine(folders);

            assertThat(load.copiedRecords()).isPositive();
        } finally {
            narus.forEach(NaruProcess::close);
            kafkas.forEach(KafkaProcess::close);
        }
    }

    /** One is stopped, the other started in its place; then all replicas are in sync again. */
    private static void exchange(Load load, BrokerProcess before, BrokerProcess after) {
        assertThat(before.stop()).isIn(0, 143);
        after.restart();
        load.awaitWhole();
        load.awaitProgress();
    }
}
