package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

/** Nodes that are only controllers, and nodes that are only brokers. */
@Timeout(120)
class SeparateRolesTest {
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

    private Map<String, String> role(String role) {
        return Map.of("process.roles", role, "controller.quorum.voters", cluster.voters(1));
    }

    @Test
    void brokersServeWhatControllersDecide() throws Exception {
        cluster.start(1, role("controller"));
        cluster.start(11, role("broker"));
        cluster.start(12, role("broker"));

        cluster.createTopic(12, "orders", 4);
        assertThat(cluster.leaders("orders")).containsExactly(11, 12);
        cluster.produce(11, "orders", 4, 10);
        assertThat(cluster.consume(12, "readers", "orders", 40)).hasSize(40);
        try (Admin admin = cluster.admin(11)) {
            assertThat(admin.describeCluster().nodes().get())
                    .extracting(org.apache.kafka.common.Node::id)
                    .containsExactlyInAnyOrder(11, 12);
            QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
            assertThat(quorum.voters()).extracting("replicaId").containsExactly(1);
            assertThat(quorum.observers()).extracting("replicaId").contains(11, 12);
        }
        assertThat(cluster.node(1).bootstrap()).isEmpty();
        assertThat(folder.resolve("node-1").resolve("recovery-point-offset-checkpoint"))
                .doesNotExist();
    }

    @Test
    void adminAsksAControllerDirectly() throws Exception {
        cluster.start(1, role("controller"));
        cluster.start(11, role("broker"));

        try (Admin admin = Admin.create(Map.of("bootstrap.controllers", cluster.controller(1)))) {
            assertThat(admin.describeCluster().nodes().get())
                    .extracting(org.apache.kafka.common.Node::id)
                    .containsExactly(1);
            assertThat(admin.describeMetadataQuorum().quorumInfo().get().leaderId()).isEqualTo(1);
        }
    }

    @Test
    void brokerGoesOnWhenItsControllerWasAway() {
        cluster.start(1, role("controller"));
        cluster.start(11, role("broker"));
        cluster.createTopic(11, "orders", 1);
        cluster.produce(11, "orders", 1, 10);

        cluster.stop(1);
        cluster.produce(11, "orders", 1, 10);
        cluster.start(1, role("controller"));

        cluster.createTopic(11, "later", 1);
        assertThat(cluster.leaders("later")).containsExactly(11);
    }

    @Test
    void brokerThatWasNotStoppedTakesItsPlaceAgain() {
        cluster.start(1, role("controller"));
        cluster.start(11, role("broker"));
        cluster.createTopic(11, "orders", 2);
        cluster.produce(11, "orders", 2, 10);
        cluster.stop(11);

        cluster.start(11, role("broker"));

        assertThat(cluster.consume(11, "readers", "orders", 20)).hasSize(20);
    }

    @Test
    void brokerOfAnotherClusterIsRefused() {
        cluster.start(1, role("controller"));
        Map<String, String> other =
                Map.of(
                        "process.roles",
                        "broker",
                        "controller.quorum.voters",
                        cluster.voters(1),
                        "naru.cluster.id",
                        "AnotherClusterAAAAAAAA",
                        "initial.broker.registration.timeout.ms",
                        "3000");

        assertThatThrownBy(() -> cluster.start(11, other)).hasCauseInstanceOf(StartException.class);
    }
}
