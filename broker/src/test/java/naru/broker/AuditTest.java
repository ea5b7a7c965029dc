package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import naru.broker.config.NodeConfig;
import naru.broker.tls.TestKeys;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a node with an audit log writes of those who log in, ask and change. */
@Timeout(120)
class AuditTest {
    private static final String HOSTILE =
            "x\"}\n{\"event\":\"change\",\"principal\":\"User:root\"}";

    @TempDir Path folder;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        TestKeys keys = new TestKeys(folder);
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.resolve("data").toString());
        settings.put("listeners", "SASL_PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0");
        settings.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256");
        settings.put(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_root=\"root-secret\" user_bob=\"bob-secret\";");
        settings.put("ssl.keystore.location", keys.server().toString());
        settings.put("ssl.keystore.password", TestKeys.PASSWORD);
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:root");
        settings.put("connection.failed.authentication.delay.ms", "10");
        settings.put("naru.audit.log", folder.resolve("audit.log").toString());
        node = Node.start(NodeConfig.parse(settings), (message, cause) -> {});
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private int port(int listener) {
        String address = node.bootstrap().get(listener);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static short login(Peer peer, String mechanism, String token) throws IOException {
        peer.ask(
                ApiKeys.SASL_HANDSHAKE,
                1,
                1,
                new SaslHandshakeRequestData().setMechanism(mechanism));
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        return ((SaslAuthenticateResponseData)
                        peer.ask(
                                ApiKeys.SASL_AUTHENTICATE,
                                2,
                                2,
                                new SaslAuthenticateRequestData().setAuthBytes(bytes)))
                .errorCode();
    }

    private Peer as(String user) throws IOException {
        Peer peer = new Peer(port(0));
        assertThat(login(peer, "PLAIN", "\0" + user + "\0" + user + "-secret")).isZero();
        return peer;
    }

    /** All that was written, each line parsed as JSON by somebody else's reader. */
    private List<JsonNode> written() throws IOException {
        node.close();
        List<JsonNode> entries = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("audit.log"))) {
            entries.add(new ObjectMapper().readTree(line));
        }
        return entries;
    }

    private static boolean has(JsonNode entry, String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) {
            JsonNode value = entry.get(namesAndValues[i]);
            if (value == null || !value.asText().equals(namesAndValues[i + 1])) {
                return false;
            }
        }
        return true;
    }

    @Test
    void whoFailsToLogInIsNamedAsTheySay() throws Exception {
        try (Peer plain = new Peer(port(0));
                Peer scram = new Peer(port(0));
                Socket tls = new Socket(InetAddress.getLoopbackAddress(), port(1))) {
            assertThat(login(plain, "PLAIN", "\0" + HOSTILE + "\0a-guess")).isNotZero();
            assertThat(login(scram, "SCRAM-SHA-256", "n,,n=mallory,r=nonce")).isZero();
            scram.ask(
                    ApiKeys.SASL_AUTHENTICATE,
                    2,
                    3,
                    new SaslAuthenticateRequestData()
                            .setAuthBytes("c=biws,r=x,p=AAAA".getBytes(StandardCharsets.UTF_8)));
            tls.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            while (tls.getInputStream().read() >= 0) {
                // an alert, and then the end
            }
        }
        assertThat(written())
                .noneMatch(each -> each.toString().contains("a-guess"))
                .anyMatch(each -> has(each, "mechanism", "PLAIN", "claimed", HOSTILE))
                .anyMatch(each -> has(each, "mechanism", "SCRAM-SHA-256", "claimed", "mallory"))
                .anyMatch(each -> has(each, "mechanism", "SSL", "listener", "SSL"))
                .allMatch(each -> has(each, "event", "authentication", "outcome", "failed"));
    }

    @Test
    void whatIsRefusedIsWrittenAndNoNameForgesALine() throws Exception {
        try (Peer bob = as("bob")) {
            CreateTopicsRequestData topics = new CreateTopicsRequestData().setTimeoutMs(10_000);
            topics.topics()
                    .add(
                            new CreatableTopic()
                                    .setName(HOSTILE)
                                    .setNumPartitions(1)
                                    .setReplicationFactor((short) 1));
            bob.ask(ApiKeys.CREATE_TOPICS, 7, 3, topics);
        }
        assertThat(written())
                .singleElement()
                .matches(each ->
                        has(
                                each,
                                "event",
                                "access",
                                "outcome",
                                "denied",
                                "principal",
                                "User:bob",
                                "api",
                                "CreateTopics",
                                "resource",
                                HOSTILE));
    }

    @Test
    void changesOfRulesUsersAndSettingsAreWrittenWithoutSecrets() throws Exception {
        try (Peer root = as("root")) {
            root.ask(ApiKeys.CREATE_ACLS, 3, 3, new CreateAclsRequestData().setCreations(rules()));
            root.ask(
                    ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                    0,
                    4,
                    new AlterUserScramCredentialsRequestData()
                            .setUpsertions(
                                    List.of(
                                            new ScramCredentialUpsertion()
                                                    .setName("carol")
                                                    .setMechanism((byte) 1)
                                                    .setIterations(4096)
                                                    .setSalt(new byte[32])
                                                    .setSaltedPassword(new byte[32]))));
            root.ask(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, 5, passwordChange());
        }
        List<JsonNode> entries = written();
        assertThat(entries)
                .filteredOn(each -> has(each, "event", "change", "principal", "User:root"))
                .extracting(each -> requireNonNull(each.get("what")).asText())
                .satisfiesExactly(
                        rule -> assertThat(rule).contains("added", "User:carol", "READ", "orders"),
                        user -> assertThat(user).isEqualTo("credentials of carol"),
                        setting ->
                                assertThat(setting)
                                        .isEqualTo(
                                                "settings of BROKER 1: SET"
                                                    + " listener.name.ssl.ssl.keystore.password"));
        assertThat(entries).noneMatch(each -> each.toString().contains(TestKeys.PASSWORD));
    }

    private static List<AclCreation> rules() {
        return List.of(
                new AclCreation()
                        .setResourceType((byte) 2)
                        .setResourceName("orders")
                        .setResourcePatternType((byte) 3)
                        .setPrincipal("User:carol")
                        .setHost("*")
                        .setOperation((byte) 3)
                        .setPermissionType((byte) 3));
    }

    private static IncrementalAlterConfigsRequestData passwordChange() {
        IncrementalAlterConfigsRequestData change = new IncrementalAlterConfigsRequestData();
        AlterConfigsResource broker =
                new AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.BROKER.id())
                        .setResourceName("1");
        broker.configs()
                .add(
                        new AlterableConfig()
                                .setName("listener.name.ssl.ssl.keystore.password")
                                .setValue(TestKeys.PASSWORD));
        change.resources().add(broker);
        return change;
    }
}
