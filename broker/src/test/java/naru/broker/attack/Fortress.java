package naru.broker.attack;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Node;
import naru.broker.Peer;
import naru.broker.config.NodeConfig;
import naru.broker.login.FirstUser;

import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A node as strangers find it: rules decide, every listener asks who is there, and failures are
 * written down. The first listener speaks SASL_PLAINTEXT; {@code admin} may do everything, {@code
 * alice} and {@code bob} nothing, {@code carol} is a SCRAM user.
 */
final class Fortress implements AutoCloseable {
    static final String SCRAM = "SCRAM-SHA-512";
    static final String SECRET = "-secret";

    private final Node node;
    private final Path folder;
    private int strangers;

    private Fortress(Node node, Path folder) {
        this.node = node;
        this.folder = folder;
    }

    static Map<String, String> settings(Path folder) {
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.resolve("data").toString());
        settings.put("listeners", "SASL_PLAINTEXT://127.0.0.1:0");
        settings.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512,SCRAM-SHA-256");
        settings.put(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_admin=\"admin-secret\" user_alice=\"alice-secret\""
                        + " user_bob=\"bob-secret\";");
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:admin");
        settings.put("connection.failed.authentication.delay.ms", "10");
        settings.put("naru.audit.log", folder.resolve("audit.log").toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        return settings;
    }

    static Fortress start(Path folder, Map<String, String> settings) throws Exception {
        Node node =
                Node.start(
                        NodeConfig.parse(settings),
                        (message, cause) -> {
                            throw new AssertionError(message, cause);
                        });
        node.add(new FirstUser("carol", "carol" + SECRET));
        return new Fortress(node, folder);
    }

    int port() {
        return port(0);
    }

    int port(int listener) {
        String address = node.bootstrap().get(listener);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    Node node() {
        return node;
    }

    Path auditLog() {
        return folder.resolve("audit.log");
    }

    Peer stranger() throws IOException {
        return new Peer(strange(port()));
    }

    /**
     * A connection from an address of its own where the system lends it, since each address may
     * fail only so often at once.
     */
    private Socket strange(int port) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        byte[] address = {127, 0, (byte) (strangers >> 7), (byte) (2 + strangers++ % 128)};
        try {
            return new Socket(loopback, port, InetAddress.getByAddress(address), 0);
        } catch (BindException noSuchAddress) {
            return new Socket(loopback, port);
        }
    }

    /** A connection of this user, who has shown the right password. */
    Peer enter(String user) throws IOException {
        Peer peer = stranger();
        assertThat(handshake(peer, "PLAIN").errorCode()).isZero();
        assertThat(token(peer, plain("", user, user + SECRET)).errorCode()).isZero();
        return peer;
    }

    /** Somebody with every right is served as ever. */
    void sing() throws IOException {
        try (Peer canary = enter("admin")) {
            assertThat(isServed(canary)).as("the canary").isTrue();
        }
    }

    static boolean isServed(Peer peer) throws IOException {
        MetadataRequestData request = new MetadataRequestData().setTopics(null);
        var answer = (MetadataResponseData) peer.ask(ApiKeys.METADATA, 12, 77, request);
        return !answer.brokers().isEmpty();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] plain(String authorizationId, String user, String password) {
        return utf8(authorizationId + "\0" + user + "\0" + password);
    }

    static SaslHandshakeResponseData handshake(Peer peer, String mechanism) throws IOException {
        return (SaslHandshakeResponseData)
                peer.ask(
                        ApiKeys.SASL_HANDSHAKE,
                        1,
                        1,
                        new SaslHandshakeRequestData().setMechanism(mechanism));
    }

    static SaslAuthenticateResponseData token(Peer peer, byte[] bytes) throws IOException {
        return (SaslAuthenticateResponseData)
                peer.ask(
                        ApiKeys.SASL_AUTHENTICATE,
                        2,
                        2,
                        new SaslAuthenticateRequestData().setAuthBytes(bytes));
    }

    @Override
    public void close() {
        node.close();
    }
}
