package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Three nodes, each broker and controller, with {@code controller.quorum.voters}. */
@Timeout(120)
class StaticQuorumTest {
    private static final int[] ALL = {1, 2, 3};

    @TempDir Path folder;
    private ClusterOfNodes cluster;

    @BeforeEach
    void start() {
        cluster = new ClusterOfNodes(folder);
        cluster.startTogether(Map.of("controller.quorum.voters", cluster.voters(ALL)), ALL);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void everyNodeDecidesThroughTheActiveController() throws Exception {
        int active = cluster.activeController();

        for (int id : ALL) {
            cluster.createTopic(id, "made-by-" + id, 3);
            assertThat(cluster.leaders("made-by-" + id)).containsExactly(1, 2, 3);
            try (Admin admin = cluster.admin(id)) {
                QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
                assertThat(quorum.leaderId()).isEqualTo(active);
                assertThat(quorum.voters()).extracting("replicaId").containsOnly(1, 2, 3);
                assertThat(admin.describeCluster().nodes().get()).hasSize(3);
                ConfigResource topic =
                        new ConfigResource(ConfigResource.Type.TOPIC, "made-by-" + id);
                admin.incrementalAlterConfigs(
                                Map.of(
                                        topic,
                                        List.of(
                                                new AlterConfigOp(
                                                        new ConfigEntry("retention.ms", "7777777"),
                                                        AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
                ClusterOfNodes.awaitUntil(
                        () -> cluster.node(id).image().config(topic).containsValue("7777777"));
                assertThatThrownBy(() ->
                                admin.createTopics(
                                                List.of(
                                                        new NewTopic(
                                                                "made-by-" + id, 1, (short) 1)))
                                        .all()
                                        .get())
                        .hasCauseInstanceOf(TopicExistsException.class);
            }
        }
        assertThat(cluster.ids().stream().map(id -> cluster.node(id).clusterId()).distinct())
                .hasSize(1);
    }

    @Test
    void clientsProduceAndConsumeThroughAnyNode() {
        cluster.createTopic(2, "orders", 6);

        for (int id : ALL) {
            cluster.produce(id, "orders", 6, 10);
        }

        for (int group = 0; group < 4; group++) {
            int through = ALL[group % ALL.length];
            assertThat(cluster.consume(through, "group-" + group, "orders", 60)).hasSize(60);
        }
    }

    @Test
    void anotherTakesOverWhenTheActiveControllerIsClosed() {
        int first = cluster.activeController();

        cluster.stop(first);

        int next = cluster.activeController();
        assertThat(next).isNotEqualTo(first);
        for (int id : cluster.ids()) {
            cluster.createTopic(id, "after-" + id, 2);
            assertThat(cluster.leaders("after-" + id)).doesNotContain(first, -1);
            cluster.produce(id, "after-" + id, 2, 5);
        }
        cluster.start(first, Map.of("controller.quorum.voters", cluster.voters(ALL)));
        cluster.createTopic(first, "back", 3);
        assertThat(cluster.leaders("back")).contains(first);
    }
}
