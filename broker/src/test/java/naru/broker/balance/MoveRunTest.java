package naru.broker.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class MoveRunTest {
    private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");
    private static final long RATE = 1_000_000;

    private final FakeCluster cluster = new FakeCluster();
    private final Heard heard = new Heard();

    /** Never waits, and stops when it has been asked to pause so often. */
    private static final class Heard implements MoveRun.Watcher {
        final List<Move> moved = new ArrayList<>();
        final List<Map<ConfigResource, Map<String, String>>> throttles = new ArrayList<>();
        int pausesLeft = 1000;
        FakeCluster cluster = new FakeCluster();

        @Override
        public void onUnderWay(List<Move> moves) {
            Map<ConfigResource, Map<String, String>> now = new HashMap<>();
            cluster.settings.forEach((resource, values) -> now.put(resource, Map.copyOf(values)));
            throttles.add(now);
        }

        @Override
        public void onMoved(List<Move> moves) {
            moved.addAll(moves);
        }

        @Override
        public boolean pause(long millis) {
            return pausesLeft-- > 0;
        }
    }

    private MoveRun run(int atOnce) {
        heard.cluster = cluster;
        return new MoveRun(cluster, "tester", RATE, atOnce, heard);
    }

    private Move replica(int partition, double written) {
        TopicPartition id = new TopicPartition("t", partition);
        cluster.replicas.put(id, List.of(1, 2));
        return new Move.Replica(id, List.of(1, 2), List.of(3, 2), 1, 3, 100, written, "why");
    }

    private Move leader(int partition) {
        TopicPartition id = new TopicPartition("t", partition);
        cluster.replicas.put(id, List.of(1, 2));
        return new Move.Leader(id, List.of(1, 2), List.of(2, 1), 1, 2, "why");
    }

    @Test
    void movesAreMadeInBatchesOfOneKind() {
        List<Move> moves =
                List.of(leader(0), leader(1), replica(2, 0), replica(3, 0), replica(4, 0));
        assertThat(run(2).run(moves)).isEqualTo(MoveRun.End.DONE);
        assertThat(cluster.log)
                .containsExactly("reassign 2", "elect 2", "reassign 2", "reassign 1");
        assertThat(heard.moved).isEqualTo(moves);
        assertThat(cluster.settings).isEmpty();
    }

    @Test
    void replicasAreThrottledWhileTheyMove() {
        run(1).run(List.of(replica(7, 0)));
        assertThat(heard.throttles)
                .contains(
                        Map.of(
                                Throttle.ALL,
                                Map.of(
                                        Throttle.MARK,
                                        "tester rate t",
                                        "leader.replication.throttled.rate",
                                        "1000000",
                                        "follower.replication.throttled.rate",
                                        "1000000"),
                                TOPIC,
                                Map.of(
                                        "leader.replication.throttled.replicas",
                                        "7:1,7:2",
                                        "follower.replication.throttled.replicas",
                                        "7:3")));
    }

    @Test
    void throttleLeavesRoomForWhatIsWritten() {
        run(1).run(List.of(replica(0, 5e6)));
        assertThat(heard.throttles.getFirst().get(Throttle.ALL))
                .containsEntry("leader.replication.throttled.rate", "10000000");
    }

    @Test
    void markThatCannotBeReadIsTakenBackWithItsRates() {
        cluster.settings.put(
                Throttle.ALL,
                new HashMap<>(
                        Map.of(Throttle.MARK, "", "leader.replication.throttled.rate", "1000000")));
        assertThat(run(1).clear(2_000)).isTrue();
        assertThat(cluster.settings).isEmpty();
    }

    @Test
    void throttleOfSomebodyElseStays() {
        Map<String, String> rates = Map.of("leader.replication.throttled.rate", "5");
        Map<String, String> replicas = Map.of("leader.replication.throttled.replicas", "*");
        cluster.settings.put(Throttle.ALL, new HashMap<>(rates));
        cluster.settings.put(TOPIC, new HashMap<>(replicas));
        run(1).run(List.of(replica(0, 0)));
        assertThat(cluster.settings).isEqualTo(Map.of(Throttle.ALL, rates, TOPIC, replicas));
        assertThat(heard.throttles.getFirst().get(Throttle.ALL))
                .containsEntry("leader.replication.throttled.rate", "5");
    }

    @Test
    void partitionThatIsNoLongerAsPlannedIsNotMoved() {
        Move move = replica(0, 0);
        cluster.replicas.put(move.partition(), List.of(2, 1));
        assertThat(run(1).run(List.of(move))).isEqualTo(MoveRun.End.OUTDATED);
        assertThat(cluster.log).isEmpty();
    }

    @Test
    void partitionThatSomebodyElseMovesIsNotTouched() {
        Move move = replica(0, 0);
        cluster.looksLeft.put(move.partition(), 5);
        assertThat(run(1).run(List.of(move))).isEqualTo(MoveRun.End.OUTDATED);
        assertThat(cluster.log).isEmpty();
    }

    @Test
    void runThatIsStoppedLeavesItsMarkAndTheNextTakesItBack() {
        cluster.looksToMove = 20;
        heard.pausesLeft = 5;
        assertThat(run(1).run(List.of(replica(0, 0)))).isEqualTo(MoveRun.End.STOPPED);
        assertThat(cluster.settings).containsKeys(Throttle.ALL, TOPIC);
        heard.pausesLeft = 1000;
        assertThat(run(1).clear(2_000)).isTrue();
        assertThat(cluster.settings).isEmpty();
        assertThat(cluster.looksLeft).isEmpty();
    }
}
