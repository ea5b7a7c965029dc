package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a node tells about itself. */
class ClusterIT {
    private final JavaClients clients = SharedBroker.clients();
    private final Admin admin = clients.admin();
    private final String topic = SharedBroker.unique("cluster");

    @AfterEach
    void closeAdmin() {
        admin.close();
    }

    @Test
    void clusterHasOneNodeThatIsItsController() {
        var cluster = admin.describeCluster();
        assertThat(await(cluster.nodes()))
                .singleElement()
                .satisfies(node ->
                        assertThat(node.host() + ":" + node.port()).isEqualTo(clients.bootstrap()));
        assertThat(await(cluster.controller()).id()).isEqualTo(nodeId());
        assertThat(await(cluster.clusterId())).isNotBlank();
    }

    @Test
    void logFoldersTellTheSizeOfEachReplica() {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 100);
        var folders = await(admin.describeLogDirs(List.of(nodeId())).allDescriptions()).values();
        assertThat(folders)
                .singleElement()
                .satisfies(byPath -> {
                    LogDirDescription folder = byPath.values().iterator().next();
                    assertThat(folder.error()).isNull();
                    ReplicaInfo replica = folder.replicaInfos().get(new TopicPartition(topic, 0));
                    assertThat(replica).isNotNull();
                    assertThat(replica.size()).isGreaterThan(100);
                    assertThat(folder.totalBytes().orElse(0))
                            .isGreaterThan(folder.usableBytes().orElse(0));
                });
    }

    @Test
    void idempotentProducersAreDescribed() {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 10);
        TopicPartition partition = new TopicPartition(topic, 0);
        List<ProducerState> producers =
                await(admin.describeProducers(List.of(partition)).partitionResult(partition))
                        .activeProducers();
        assertThat(producers).singleElement().extracting(ProducerState::lastSequence).isEqualTo(9);
    }

    @Test
    void quorumHasThisNodeAsItsLeader() {
        var quorum = await(admin.describeMetadataQuorum().quorumInfo());
        assertThat(quorum.leaderId()).isEqualTo(nodeId());
        assertThat(quorum.voters())
                .singleElement()
                .satisfies(voter -> assertThat(voter.replicaId()).isEqualTo(nodeId()));
    }

    @Test
    void featuresAreFinalized() {
        assertThat(await(admin.describeFeatures().featureMetadata()).finalizedFeatures())
                .containsKey("metadata.version");
    }

    @Test
    void brokerConfigIsDescribedAndTakesEffectWithoutARestart() {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "" + nodeId());
        ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
        assertThat(value(broker, "num.partitions")).isEqualTo("1");
        alter(
                all,
                new AlterConfigOp(
                        new ConfigEntry("log.retention.ms", "90000000"), AlterConfigOp.OpType.SET));
        until("the new default", () -> value(broker, "log.retention.ms").equals("90000000"));
        clients.createTopic(topic, 1);
        ConfigResource ofTopic = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        assertThat(value(ofTopic, "retention.ms")).isEqualTo("90000000");
        alter(
                all,
                new AlterConfigOp(
                        new ConfigEntry("log.retention.ms", ""), AlterConfigOp.OpType.DELETE));
        until("the old default", () -> !"90000000".equals(value(broker, "log.retention.ms")));
    }

    @Test
    void configResourcesAreListed() {
        clients.createTopic(topic, 1, "retention.ms", "1000");
        assertThat(
                        await(
                                admin.listConfigResources(
                                                Set.of(ConfigResource.Type.TOPIC),
                                                new ListConfigResourcesOptions())
                                        .all()))
                .contains(new ConfigResource(ConfigResource.Type.TOPIC, topic));
    }

    private int nodeId() {
        return await(admin.describeCluster().nodes()).iterator().next().id();
    }

    private String value(ConfigResource resource, String key) {
        ConfigEntry entry =
                await(admin.describeConfigs(List.of(resource)).values().get(resource)).get(key);
        return entry == null || entry.value() == null ? "" : entry.value();
    }

    private void alter(ConfigResource resource, AlterConfigOp change) {
        await(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
    }
}
