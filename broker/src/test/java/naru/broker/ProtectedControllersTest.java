package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.broker.tls.PrivateAuthority;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Controllers that are reached by TLS and SASL only, and that let in nobody else. */
@Timeout(120)
class ProtectedControllersTest {
    private static final String PASSWORD = "key-password";
    private static final String LISTENER = "listener.name.controller.";

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

    private Map<String, String> settings(String password) throws Exception {
        Path authorityFile = folder.resolve("authority.p12");
        Path keystore = folder.resolve("node.p12");
        if (!Files.exists(authorityFile)) {
            PrivateAuthority authority = new PrivateAuthority(authorityFile, PASSWORD);
            authority.create("CN=test authority", 2);
            authority.issue(
                    "node", "CN=node", List.of("dns:localhost", "ip:127.0.0.1"), 2, keystore);
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("controller.quorum.voters", cluster.voters(1, 2, 3));
        settings.put("listener.security.protocol.map", "CONTROLLER:SASL_SSL,PLAINTEXT:PLAINTEXT");
        settings.put("sasl.mechanism.controller.protocol", "PLAIN");
        settings.put(LISTENER + "sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                LISTENER + "plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"node\" password=\""
                        + password
                        + "\" user_node=\"node-secret\";");
        settings.put(LISTENER + "ssl.keystore.type", "PKCS12");
        settings.put(LISTENER + "ssl.keystore.location", keystore.toString());
        settings.put(LISTENER + "ssl.keystore.password", PASSWORD);
        settings.put(LISTENER + "ssl.key.password", PASSWORD);
        settings.put(LISTENER + "ssl.truststore.type", "PEM");
        settings.put(LISTENER + "ssl.truststore.certificates", certificates(keystore));
        return settings;
    }

    /** The chain's last certificate is the authority's. */
    private static String certificates(Path keystore) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keystore)) {
            store.load(in, PASSWORD.toCharArray());
        }
        var chain = store.getCertificateChain("node");
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(chain[chain.length - 1].getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    @Test
    void nodesFormAClusterOverTlsAndLoginsAndKeepItEven() throws Exception {
        Map<String, String> settings = settings("node-secret");
        settings.put("naru.balance.interval.ms", "200");
        cluster.startTogether(settings, 1, 2, 3);

        for (int id = 1; id <= 3; id++) {
            cluster.createTopic(id, "made-by-" + id, 3);
        }

        cluster.produce(2, "made-by-1", 3, 5);
        assertThat(cluster.consume(3, "readers", "made-by-1", 15)).hasSize(15);
        createOnTheFirst("crowded");
        ClusterOfNodes.awaitUntil(() -> cluster.leaders("crowded").equals(Set.of(1, 2, 3)));
    }

    private void createOnTheFirst(String topic) {
        List<Integer> first = List.of(1);
        Map<Integer, List<Integer>> replicas = new HashMap<>();
        for (int partition = 0; partition < 9; partition++) {
            replicas.put(partition, first);
        }
        try (Admin admin = cluster.admin(2)) {
            ClusterOfNodes.get(
                    admin.createTopics(List.of(new NewTopic(topic, replicas)))
                            .all()
                            .toCompletionStage()
                            .toCompletableFuture());
        }
        ClusterOfNodes.awaitUntil(() ->
                cluster.ids().stream()
                        .allMatch(id -> cluster.node(id).image().topic(topic) != null));
    }

    @Test
    void brokerWithAWrongPasswordIsNotLetIn() throws Exception {
        cluster.startTogether(settings("node-secret"), 1, 2, 3);
        Map<String, String> stranger = settings("guess");
        stranger.put("process.roles", "broker");
        stranger.put("naru.cluster.id", cluster.node(1).clusterId());
        stranger.put("initial.broker.registration.timeout.ms", "3000");

        assertThatThrownBy(() -> cluster.start(9, stranger))
                .hasCauseInstanceOf(StartException.class);

        assertThat(cluster.node(1).image().broker(9)).isNull();
    }
}
