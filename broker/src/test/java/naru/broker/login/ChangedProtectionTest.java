package naru.broker.login;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Node;
import naru.broker.Peer;
import naru.broker.config.NodeConfig;
import naru.broker.tls.TestKeys;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Settings that protect listeners, changed while the node runs. */
@Timeout(120)
class ChangedProtectionTest {
    private static final String USERS = "listener.name.sasl_plaintext.plain.sasl.jaas.config";
    private static final String PLAIN =
            "org.apache.kafka.common.security.plain.PlainLoginModule required ";
    private static final byte SET = 0;
    private static final byte DELETE = 1;

    @TempDir static Path folder;
    private static Node node;
    private static TestKeys keys;

    @BeforeAll
    static void start() throws Exception {
        keys = new TestKeys(folder);
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.resolve("data").toString());
        settings.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:0,SASL_PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put(USERS, PLAIN + "user_bob=\"old\";");
        settings.put("connection.failed.authentication.delay.ms", "10");
        settings.put("listener.name.ssl.ssl.keystore.location", keys.server().toString());
        settings.put("listener.name.ssl.ssl.keystore.password", TestKeys.PASSWORD);
        settings.put("listener.name.ssl.ssl.keystore.type", "PKCS12");
        node = Node.start(NodeConfig.parse(settings), (message, cause) -> {});
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static int port(int listener) {
        String address = node.bootstrap().get(listener);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static AlterConfigsResourceResponse alter(String key, String value, byte operation)
            throws IOException {
        IncrementalAlterConfigsRequestData body = new IncrementalAlterConfigsRequestData();
        AlterConfigsResource broker =
                new AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.BROKER.id())
                        .setResourceName("1");
        broker.configs()
                .add(
                        new AlterableConfig()
                                .setName(key)
                                .setValue(value)
                                .setConfigOperation(operation));
        body.resources().add(broker);
        try (Peer peer = new Peer(port(0))) {
            IncrementalAlterConfigsResponseData answer =
                    (IncrementalAlterConfigsResponseData)
                            peer.ask(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, 1, body);
            return answer.responses().getFirst();
        }
    }

    private static short login(String password) throws IOException {
        try (Peer peer = new Peer(port(1))) {
            peer.ask(
                    ApiKeys.SASL_HANDSHAKE,
                    1,
                    1,
                    new SaslHandshakeRequestData().setMechanism("PLAIN"));
            byte[] bytes = ("\0bob\0" + password).getBytes(StandardCharsets.UTF_8);
            return ((SaslAuthenticateResponseData)
                            peer.ask(
                                    ApiKeys.SASL_AUTHENTICATE,
                                    2,
                                    2,
                                    new SaslAuthenticateRequestData().setAuthBytes(bytes)))
                    .errorCode();
        }
    }

    @Test
    void changedUsersLogInFromTheAnswerOn() throws Exception {
        short refused = Errors.SASL_AUTHENTICATION_FAILED.code();
        assertThat(login("old")).isZero();

        assertThat(alter(USERS, PLAIN + "user_bob=\"new\";", SET).errorCode()).isZero();
        assertThat(login("old")).isEqualTo(refused);
        assertThat(login("new")).isZero();

        assertThat(alter(USERS, "", DELETE).errorCode()).isZero();
        assertThat(login("new")).isEqualTo(refused);
        assertThat(login("old")).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listener.name.ssl.ssl.keystore.location|/no/such/file.p12|/no/such/file.p12",
                "listener.name.ssl.ssl.keystore.location|CLIENT|DistinguishedName does not match",
                "listener.name.ssl.ssl.keystore.password|a-wrong-one|keystore password was",
                "listener.name.ssl.ssl.keystore.type|NONE|must be one of JKS, PKCS12, PEM",
                "listener.name.ssl.ssl.enabled.protocols|TLSv1.1|only TLSv1.3 and TLSv1.2",
                "listener.name.ssl.ssl.cipher.suites|NONE_OF_OURS|NONE_OF_OURS",
                "listener.name.ssl.ssl.provider|no-such-provider|no-such-provider",
                "listener.name.ssl.ssl.engine.factory.class|java.lang.String|no classes named",
                "listener.name.sasl_plaintext.sasl.enabled.mechanisms|GSSAPI|choose of",
                "listener.name.sasl_plaintext.plain.sasl.jaas.config|"
                        + "com.sun.security.auth.module.JndiLoginModule required;|cannot be read",
                "listener.name.sasl_plaintext.plain.sasl.jaas.config|a.b.C required;|login module",
                "sasl.jaas.config|a.b.C required;|login module",
                "metric.reporters|java.lang.String|no classes named",
            })
    void whatCannotBeUsedIsRefusedWithTheCause(String key, String value, String cause)
            throws Exception {
        String wanted = value.replace("CLIENT", keys.client().toString());
        AlterConfigsResourceResponse answer = alter(key, wanted, SET);

        assertThat(answer.errorMessage()).contains(cause).doesNotContain("a-wrong-one");
        assertThat(answer.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(login("old")).isZero();
    }

    @Test
    void usableKeysAreTaken() throws Exception {
        Path other = folder.resolve("other.p12");
        keys.issueServer(other);
        String key = "listener.name.ssl.ssl.keystore.location";

        AlterConfigsResourceResponse answer = alter(key, other.toString(), SET);
        assertThat(answer.errorCode()).as(answer.errorMessage()).isZero();
        assertThat(alter(key, "", DELETE).errorCode()).isZero();
    }
}
