package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Quorums whose voters stand in the metadata log (KIP-853). */
@Timeout(120)
class DynamicQuorumTest {
    private static final String BOOTSTRAP = "controller.quorum.bootstrap.servers";
    private static final String CLUSTER = "ClusterOfNaruAAAAAAAAA";

    /** Several times what Raft waits between two attempts to join. */
    private static final long JOINS_WITHIN_MILLIS = 2_500;

    @TempDir Path folder;
    private ClusterOfNodes cluster;

    @BeforeEach
    void prepare() {
        cluster = new ClusterOfNodes(folder);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private QuorumInfo quorum(int through) throws Exception {
        try (Admin admin = cluster.admin(through)) {
            return admin.describeMetadataQuorum().quorumInfo().get();
        }
    }

    private List<Integer> voters(int through) throws Exception {
        return quorum(through).voters().stream()
                .map(QuorumInfo.ReplicaState::replicaId)
                .sorted()
                .toList();
    }

    @Test
    void oneNodeGrowsToThreeByAddingVotersAndShrinksAgain() throws Exception {
        cluster.start(1, Map.of(BOOTSTRAP, cluster.controller(1)));
        cluster.createTopic(1, "before", 1);
        for (int id : new int[] {2, 3}) {
            cluster.start(id, Map.of(BOOTSTRAP, cluster.controller(1)));
        }
        assertThat(voters(3)).containsExactly(1);
        assertThat(cluster.node(2).clusterId()).isEqualTo(cluster.node(1).clusterId());

        for (int id : new int[] {2, 3}) {
            Uuid directory =
                    quorum(1).observers().stream()
                            .filter(observer -> observer.replicaId() == id)
                            .findFirst()
                            .orElseThrow()
                            .replicaDirectoryId();
            int port = cluster.controllerPort(id);
            try (Admin admin = cluster.admin(2)) {
                admin.addRaftVoter(
                                id,
                                directory,
                                Set.of(new RaftVoterEndpoint("CONTROLLER", "127.0.0.1", port)))
                        .all()
                        .get();
            }
        }

        assertThat(voters(2)).containsExactly(1, 2, 3);
        cluster.createTopic(3, "after", 3);
        assertThat(cluster.leaders("after")).containsExactly(1, 2, 3);
        cluster.produce(2, "before", 1, 10);
        assertThat(cluster.consume(3, "readers", "before", 10)).hasSize(10);

        int active = cluster.activeController();
        int leaving = active == 3 ? 2 : 3;
        Uuid directory =
                quorum(1).voters().stream()
                        .filter(voter -> voter.replicaId() == leaving)
                        .findFirst()
                        .orElseThrow()
                        .replicaDirectoryId();
        try (Admin admin = cluster.admin(leaving)) {
            admin.removeRaftVoter(leaving, directory).all().get();
        }
        assertThat(voters(leaving)).hasSize(2).doesNotContain(leaving);
    }

    @Test
    void controllersJoinTheVotersByThemselvesWhenTold() {
        cluster.start(1, Map.of(BOOTSTRAP, cluster.controller(1)));
        for (int id : new int[] {2, 3}) {
            cluster.start(
                    id,
                    Map.of(
                            BOOTSTRAP,
                            cluster.controller(1),
                            "controller.quorum.auto.join.enable",
                            "true"));
        }

        awaitVoters(1, List.of(1, 2, 3));

        cluster.stop(1);
        assertThat(cluster.activeController()).isIn(2, 3);
        cluster.createTopic(2, "without-the-first", 2);
    }

    /** Though it is to join the voters by itself, and runs on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneOfTwoVotersThatIsTakenOutStaysOut(boolean leaderLeaves) throws Exception {
        Map<String, String> joining =
                Map.of(
                        BOOTSTRAP,
                        cluster.controller(1) + "," + cluster.controller(2),
                        "controller.quorum.auto.join.enable",
                        "true");
        cluster.start(1, Map.of(BOOTSTRAP, cluster.controller(1)));
        cluster.start(2, joining);
        awaitVoters(1, List.of(1, 2));
        cluster.stop(1);
        cluster.start(1, joining);
        int leader = cluster.activeController();
        int leaving = leaderLeaves ? leader : 3 - leader;
        int staying = 3 - leaving;

        Uuid directory =
                quorum(staying).voters().stream()
                        .filter(voter -> voter.replicaId() == leaving)
                        .findFirst()
                        .orElseThrow()
                        .replicaDirectoryId();
        try (Admin admin = cluster.admin(staying)) {
            admin.removeRaftVoter(leaving, directory).all().get();
        }

        awaitVoters(staying, List.of(staying));
        long since = lastFetch(staying, leaving);
        ClusterOfNodes.awaitUntil(() -> lastFetch(staying, leaving) - since > JOINS_WITHIN_MILLIS);
        assertThat(voters(staying)).containsExactly(staying);
        cluster.stop(leaving);
        cluster.createTopic(staying, "alone", 1);
    }

    private void awaitVoters(int through, List<Integer> expected) {
        ClusterOfNodes.awaitUntil(() -> {
            try {
                return voters(through).equals(expected);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /** When an observer has last asked the leader, by the leader's clock; 0 when it has not. */
    private long lastFetch(int through, int observer) {
        try {
            return quorum(through).observers().stream()
                    .filter(one -> one.replicaId() == observer)
                    .mapToLong(one -> one.lastFetchTimestamp().orElse(0))
                    .findFirst()
                    .orElse(0);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void initialControllersFormAQuorumThatCanChange() throws Exception {
        StringBuilder initial = new StringBuilder();
        for (int id = 1; id <= 3; id++) {
            initial.append(id == 1 ? "" : ",")
                    .append(id)
                    .append('@')
                    .append(cluster.controller(id))
                    .append(':')
                    .append(new Uuid(99, id));
        }

        cluster.startTogether(
                Map.of(
                        "naru.initial.controllers",
                        initial.toString(),
                        "naru.cluster.id",
                        CLUSTER,
                        BOOTSTRAP,
                        String.join(
                                ",",
                                cluster.controller(1),
                                cluster.controller(2),
                                cluster.controller(3))),
                1,
                2,
                3);

        assertThat(voters(2)).containsExactly(1, 2, 3);
        assertThat(quorum(3).voters())
                .extracting(QuorumInfo.ReplicaState::replicaDirectoryId)
                .containsExactlyInAnyOrder(new Uuid(99, 1), new Uuid(99, 2), new Uuid(99, 3));
        assertThat(cluster.node(3).clusterId()).isEqualTo(CLUSTER);
    }
}
