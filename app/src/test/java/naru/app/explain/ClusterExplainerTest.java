package naru.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import naru.app.explain.ClusterFacts.MemberFacts;
import naru.app.explain.ClusterFacts.MoveFacts;
import naru.app.explain.ClusterFacts.NodeFacts;
import naru.app.explain.ClusterFacts.PartitionFacts;
import naru.app.explain.ClusterFacts.QuorumFacts;
import naru.app.explain.ClusterFacts.State;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** What is said of a cluster follows from what it told. */
class ClusterExplainerTest {
    private final List<NodeFacts> nodes = new ArrayList<>();
    private final List<PartitionFacts> partitions = new ArrayList<>();
    private final List<MemberFacts> members = new ArrayList<>();
    private final List<MoveFacts> moves = new ArrayList<>();

    private void node(int id, State state, String... offlineFolders) {
        nodes.add(
                new NodeFacts(
                        id,
                        "host-" + id,
                        9092,
                        null,
                        List.of("broker", "controller"),
                        state,
                        "4.3",
                        1,
                        2,
                        0L,
                        0L,
                        List.of(offlineFolders)));
        members.add(new MemberFacts(id, id == 1 ? "leader" : "voter", 0, 0L));
    }

    private void partition(@Nullable Integer leader, List<Integer> inSync, int minInSync) {
        partitions.add(
                new PartitionFacts(
                        new TopicPartition("orders", partitions.size()),
                        leader,
                        List.of(1, 2, 3),
                        inSync,
                        List.of(),
                        minInSync));
    }

    private String said() {
        StringBuilder text = new StringBuilder();
        for (Finding finding :
                ClusterExplainer.explain(
                        new ClusterFacts(
                                "id",
                                1,
                                nodes,
                                partitions,
                                moves,
                                new QuorumFacts(1, 7, members)))) {
            text.append(finding.level())
                    .append(": ")
                    .append(finding.sentence())
                    .append(" > ")
                    .append(finding.advice())
                    .append('\n');
        }
        return text.toString();
    }

    private void threeNodes() {
        node(1, State.active);
        node(2, State.active);
        node(3, State.active);
    }

    @Test
    void nothingIsSaidOfAHealthyCluster() {
        threeNodes();
        partition(1, List.of(1, 2, 3), 2);
        assertThat(said()).isEmpty();
    }

    @Test
    void fencedNodeAndWhatItsReplicasLackAreTold() {
        node(1, State.active);
        node(2, State.active);
        node(3, State.fenced);
        partition(1, List.of(1, 2), 2);
        assertThat(said())
                .isEqualTo(
                        """
                        problem: node 3 is fenced: the controller does not hear from it > start it, or see its log; when it will not come back: naru cluster remove 3
                        problem: 1 partition has replicas that are not in sync, on node 3: orders-0 > they catch up by themselves once their nodes are back
                        """);
    }

    @Test
    void partitionsThatTakeNoWritesAreToldBeforeThoseThatDo() {
        node(1, State.active);
        node(2, State.fenced);
        node(3, State.fenced);
        partition(1, List.of(1), 2);
        assertThat(said())
                .containsSubsequence("min.insync.replicas", "bring back nodes 2, 3", "not in sync");
    }

    @Test
    void moreReplicasInSyncThanThereAreAreNotMissed() {
        threeNodes();
        partition(1, List.of(1, 2, 3), 4);
        assertThat(said()).isEmpty();
    }

    @Test
    void partitionWithoutLeaderNamesWhoHadItAndTheLastResort() {
        node(1, State.active);
        node(2, State.fenced);
        node(3, State.active);
        partition(null, List.of(2), 1);
        assertThat(said())
                .contains("1 partition has no leader")
                .contains("start node 2")
                .contains("naru cluster elect --unclean --topic orders");
    }

    @Test
    void whoIsEligibleToLeadIsStartedFirst() {
        node(1, State.fenced);
        node(2, State.active);
        node(3, State.active);
        partitions.add(
                new PartitionFacts(
                        new TopicPartition("orders", 0),
                        null,
                        List.of(1, 2),
                        List.of(),
                        List.of(1),
                        1));
        assertThat(said()).contains("start node 1, which had the records");
    }

    @Test
    void replicasThatCatchUpAreNotTakenForDead() {
        threeNodes();
        partition(1, List.of(1, 2), 1);
        assertThat(said()).contains("on node 3").contains("may be catching up");
    }

    @Test
    void voterThatDoesNotKeepUpIsToldWithWhatIsLeft() {
        threeNodes();
        members.set(2, new MemberFacts(3, "voter", 120, 60_000L));
        assertThat(said())
                .contains("1 voter of the metadata quorum does not keep up: node 3")
                .contains("the next failure of a voter stops all changes");
    }

    @Test
    void voterThatIsBehindForAMomentIsNoProblem() {
        threeNodes();
        members.set(2, new MemberFacts(3, "voter", 3, 400L));
        assertThat(said()).isEmpty();
    }

    @Test
    void voterThatANewLeaderHasNotSeenYetIsGivenTime() {
        threeNodes();
        members.set(1, new MemberFacts(2, "voter", 1, null));
        assertThat(said()).isEmpty();
        members.set(1, new MemberFacts(2, "voter", 200, null));
        assertThat(said()).contains("node 2");
    }

    @Test
    void folderThatIsOfflineIsNamed() {
        node(1, State.active, "/data/b");
        node(2, State.active);
        node(3, State.active);
        assertThat(said()).contains("problem: node 1 cannot use its data folder /data/b");
    }

    @Test
    void drainingAndMovingAreNoProblems() {
        node(1, State.active);
        node(2, State.active);
        node(3, State.draining);
        moves.add(new MoveFacts(new TopicPartition("orders", 0), List.of(2), List.of(3)));
        assertThat(said())
                .contains("notable: node 3 is draining")
                .contains("notable: replicas of 1 partition are being moved")
                .doesNotContain("problem");
    }

    @Test
    void leadershipThatIsNotWhereItBelongsIsWorthKnowing() {
        threeNodes();
        partition(2, List.of(1, 2, 3), 1);
        assertThat(said()).contains("notable: 1 partition is not led by the preferred replica");
    }
}
