package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.tls.TestKeys;
import naru.quorum.ClusterImage;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Nodes that replicate over TLS and log in with one another, by Kafka's settings alone. */
class ProtectedReplicationTest {
    private static final String TOPIC = "secrets";
    private static final String BOOTSTRAP = "controller.quorum.bootstrap.servers";

    @TempDir Path folder;
    private ClusterOfNodes cluster;
    private TestKeys keys;

    @BeforeEach
    void prepare() throws IOException {
        cluster = new ClusterOfNodes(folder);
        keys = new TestKeys(Files.createDirectories(folder.resolve("keys")));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private Map<String, String> settings(int id) {
        Map<String, String> settings = new HashMap<>();
        settings.put(BOOTSTRAP, cluster.controller(1));
        settings.put(
                "listeners",
                "PLAINTEXT://%s,INTERNAL://127.0.0.1:0,CONTROLLER://%s"
                        .formatted(cluster.bootstrap(id), cluster.controller(id)));
        settings.put(
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,INTERNAL:SASL_SSL,CONTROLLER:SASL_SSL");
        settings.put("inter.broker.listener.name", "INTERNAL");
        settings.put("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-512");
        settings.put("listener.name.internal.sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put(
                "listener.name.internal.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required"
                        + " username=\"node\" password=\"node-secret\";");
        settings.put("sasl.mechanism.controller.protocol", "PLAIN");
        settings.put("listener.name.controller.sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.controller.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"node\" password=\"plain-secret\""
                        + " user_node=\"plain-secret\";");
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", keys.server().toString());
        settings.put("ssl.keystore.password", TestKeys.PASSWORD);
        settings.put("ssl.truststore.type", "PKCS12");
        settings.put("ssl.truststore.location", keys.truststore().toString());
        settings.put("ssl.truststore.password", TestKeys.PASSWORD);
        return settings;
    }

    private void addUserOfNodes() {
        try (Admin admin = cluster.admin(1)) {
            var answer =
                    admin.alterUserScramCredentials(
                            List.of(
                                    new UserScramCredentialUpsertion(
                                            "node",
                                            new ScramCredentialInfo(
                                                    ScramMechanism.SCRAM_SHA_512, 4096),
                                            "node-secret")));
            ClusterOfNodes.get(answer.all().toCompletionStage().toCompletableFuture());
        }
    }

    private List<Integer> inSync() {
        ClusterImage image = cluster.node(1).image();
        return Objects.requireNonNull(Objects.requireNonNull(image.topic(TOPIC)).partition(0))
                .inSyncReplicas();
    }

    @Test
    void threeNodesReplicateOverTlsAndLogins() {
        cluster.start(1, settings(1));
        addUserOfNodes();
        cluster.start(2, settings(2));
        cluster.start(3, settings(3));
        try (Admin admin = cluster.admin(1)) {
            var made =
                    admin.createTopics(
                            List.of(
                                    new NewTopic(TOPIC, 1, (short) 3)
                                            .configs(Map.of("min.insync.replicas", "2"))));
            ClusterOfNodes.get(made.all().toCompletionStage().toCompletableFuture());
        }

        cluster.produce(2, TOPIC, 1, 50);

        ClusterOfNodes.awaitUntil(() -> inSync().size() == 3);
        cluster.stop(Objects.requireNonNull(cluster.leaders(TOPIC).iterator().next()) == 1 ? 2 : 3);
        assertThat(cluster.read(1, TOPIC, 50)).hasSize(50);
    }
}
