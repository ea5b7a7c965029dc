package naru.broker.login;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Node;
import naru.broker.Peer;
import naru.broker.config.NodeConfig;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ClientFinalMessage;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ClientFirstMessage;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ServerFirstMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** SASL as a client that keeps to no rules sees it. */
@Timeout(120)
class SaslLoginTest {
    private static final String SCRAM = "SCRAM-SHA-512";
    private static final byte[] RIGHT = plain("bob", "bob-secret");
    private static final byte[] WRONG = plain("bob", "guess");

    @TempDir static Path folder;
    private static Node node;
    private static int port;
    private static int expiringPort;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.toString());
        settings.put("listeners", "SASL_PLAINTEXT://127.0.0.1:0,SHORT://127.0.0.1:0");
        settings.put(
                "listener.security.protocol.map",
                "SASL_PLAINTEXT:SASL_PLAINTEXT,SHORT:SASL_PLAINTEXT");
        settings.put("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512");
        for (String listener : new String[] {"sasl_plaintext", "short"}) {
            settings.put(
                    "listener.name." + listener + ".plain.sasl.jaas.config",
                    "org.apache.kafka.common.security.plain.PlainLoginModule required"
                            + " user_bob=\"bob-secret\" user_eve=\"eve-secret\";");
        }
        settings.put("listener.name.short.connections.max.reauth.ms", "1500");
        settings.put("connection.failed.authentication.delay.ms", "10");
        settings.put("sasl.server.max.receive.size", "10000");
        node = Node.start(NodeConfig.parse(settings), (message, cause) -> {});
        node.add(new FirstUser("carol", "carol-secret"));
        port = portOf(0);
        expiringPort = portOf(1);
    }

    private static int portOf(int index) {
        String address = node.bootstrap().get(index);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static byte[] plain(String user, String password) {
        return ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    private static SaslHandshakeResponseData handshake(Peer peer, String mechanism)
            throws IOException {
        return (SaslHandshakeResponseData)
                peer.ask(
                        ApiKeys.SASL_HANDSHAKE,
                        1,
                        1,
                        new SaslHandshakeRequestData().setMechanism(mechanism));
    }

    private static SaslAuthenticateResponseData token(Peer peer, byte[] bytes) throws IOException {
        return (SaslAuthenticateResponseData)
                peer.ask(
                        ApiKeys.SASL_AUTHENTICATE,
                        2,
                        2,
                        new SaslAuthenticateRequestData().setAuthBytes(bytes));
    }

    private static boolean isServed(Peer peer) throws IOException {
        MetadataResponseData answer =
                (MetadataResponseData) peer.ask(ApiKeys.METADATA, 12, 3, new MetadataRequestData());
        return !answer.brokers().isEmpty();
    }

    @Test
    void servesWhoHasLoggedIn() throws Exception {
        try (Peer peer = new Peer(port)) {
            ApiVersionsResponseData versions =
                    (ApiVersionsResponseData)
                            peer.ask(
                                    ApiKeys.API_VERSIONS,
                                    3,
                                    1,
                                    new ApiVersionsRequestData()
                                            .setClientSoftwareName("peer")
                                            .setClientSoftwareVersion("1"));
            assertThat(versions.apiKeys().find(ApiKeys.SASL_AUTHENTICATE.id)).isNotNull();
            assertThat(handshake(peer, "PLAIN").errorCode()).isZero();
            SaslAuthenticateResponseData answer = token(peer, RIGHT);
            assertThat(answer.errorCode()).isZero();
            assertThat(answer.sessionLifetimeMs()).isZero();
            assertThat(isServed(peer)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"METADATA", "PRODUCE", "SASL_AUTHENTICATE", "CREATE_TOPICS"})
    void endsWhoAsksForAnythingBeforeLoggingIn(String name) throws Exception {
        ApiKeys api = ApiKeys.valueOf(name);
        try (Peer peer = new Peer(port)) {
            peer.send(api, api.latestVersion(), 1, api.messageType.newRequest());
            assertThat(peer.isEnded()).isTrue();
        }
        try (Peer peer = new Peer(port)) {
            handshake(peer, SCRAM);
            if (api != ApiKeys.SASL_AUTHENTICATE) {
                peer.send(api, api.latestVersion(), 1, api.messageType.newRequest());
                assertThat(peer.isEnded()).isTrue();
            }
        }
    }

    @Test
    void tellsTheMechanismsToWhoAsksForAnother() throws Exception {
        try (Peer peer = new Peer(port)) {
            SaslHandshakeResponseData answer = handshake(peer, "GSSAPI");
            assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_SASL_MECHANISM.code());
            assertThat(answer.mechanisms()).containsExactly("PLAIN", SCRAM);
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @Test
    void refusesWrongPasswordsAndUnknownUsersInTheSameWords() throws Exception {
        String first = null;
        for (byte[] bytes : new byte[][] {WRONG, plain("nobody", "guess")}) {
            try (Peer peer = new Peer(port)) {
                handshake(peer, "PLAIN");
                SaslAuthenticateResponseData answer = token(peer, bytes);
                assertThat(answer.errorCode()).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
                first = first == null ? answer.errorMessage() : first;
                assertThat(answer.errorMessage()).isEqualTo(first).doesNotContain("guess");
                assertThat(peer.isEnded()).isTrue();
            }
        }
    }

    @Test
    void refusesEmptyAndAlienNamesAndAuthorizationIds() throws Exception {
        String[] tokens = {"", "\0\0", "\0bob\0", "\0\0bob-secret", "eve\0bob\0bob-secret", "bob"};
        for (String text : tokens) {
            try (Peer peer = new Peer(port)) {
                handshake(peer, "PLAIN");
                assertThat(token(peer, text.getBytes(StandardCharsets.UTF_8)).errorCode())
                        .as(text.replace('\0', '|'))
                        .isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
                assertThat(peer.isEnded()).isTrue();
            }
        }
    }

    @Test
    void endsWhoSendsMoreThanALoginNeeds() throws Exception {
        try (Peer peer = new Peer(port)) {
            handshake(peer, "PLAIN");
            peer.send(
                    ApiKeys.SASL_AUTHENTICATE,
                    2,
                    2,
                    new SaslAuthenticateRequestData().setAuthBytes(new byte[20_000]));
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @Test
    void takesBareTokensAfterTheOldHandshake() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(bareLogin(socket, RIGHT)).isZero();
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(bareLogin(socket, WRONG)).isEqualTo(-1);
        }
    }

    /** Answers the length of the answering token, -1 when the connection ended instead. */
    private static int bareLogin(Socket socket, byte[] token) throws IOException {
        socket.setSoTimeout(20_000);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] client = "old".getBytes(StandardCharsets.UTF_8);
        out.writeInt(2 + 2 + 4 + 2 + client.length + 2 + 5);
        out.writeShort(ApiKeys.SASL_HANDSHAKE.id);
        out.writeShort(0);
        out.writeInt(1);
        out.writeShort(client.length);
        out.write(client);
        out.writeShort(5);
        out.write("PLAIN".getBytes(StandardCharsets.UTF_8));
        in.skipNBytes(in.readInt());
        out.writeInt(token.length);
        out.write(token);
        int first = in.read();
        if (first < 0) {
            return -1;
        }
        in.skipNBytes(3);
        return first;
    }

    @Test
    void unknownScramUsersLookLikeKnownOnesUntilTheLastWord() throws Exception {
        ServerFirstMessage known = serverFirst("carol");
        ServerFirstMessage unknown = serverFirst("mallory");
        assertThat(unknown.iterations()).isEqualTo(known.iterations());
        assertThat(unknown.salt().length).isBetween(22, 27);
        assertThat(known.salt().length).isBetween(22, 27);
        assertThat(serverFirst("mallory").salt()).isEqualTo(unknown.salt());
        assertThat(serverFirst("trudy").salt()).isNotEqualTo(unknown.salt());
        assertThat(scram("mallory", "x").errorMessage())
                .isEqualTo(scram("carol", "x").errorMessage());
        assertThat(scram("carol", "carol-secret").errorCode()).isZero();
    }

    private static ServerFirstMessage serverFirst(String user) throws Exception {
        try (Peer peer = new Peer(port)) {
            handshake(peer, SCRAM);
            return new ServerFirstMessage(
                    token(peer, ("n,,n=" + user + ",r=nonce").getBytes(StandardCharsets.UTF_8))
                            .authBytes());
        }
    }

    private static SaslAuthenticateResponseData scram(String user, String password)
            throws Exception {
        try (Peer peer = new Peer(port)) {
            handshake(peer, SCRAM);
            return finish(peer, user, password, "");
        }
    }

    @Test
    void takesTheNonceAsOldLibrdkafkaWritesItAndNoOther() throws Exception {
        for (String before : new String[] {"nonce", "", "other", "noncenonce"}) {
            try (Peer peer = new Peer(port)) {
                handshake(peer, SCRAM);
                boolean right = before.isEmpty() || before.equals("nonce");
                assertThat(finish(peer, "carol", "carol-secret", before).errorCode() == 0)
                        .as("the nonce behind '%s'", before)
                        .isEqualTo(right);
            }
        }
    }

    private static SaslAuthenticateResponseData finish(
            Peer peer, String user, String password, String beforeNonce) throws Exception {
        ScramFormatter formatter = new ScramFormatter(ScramMechanism.SCRAM_SHA_512);
        ClientFirstMessage first = new ClientFirstMessage(user, "nonce", Map.of());
        ServerFirstMessage server =
                new ServerFirstMessage(token(peer, first.toBytes()).authBytes());
        byte[] salted = formatter.saltedPassword(password, server.salt(), server.iterations());
        ClientFinalMessage last =
                new ClientFinalMessage(
                        "n,,".getBytes(StandardCharsets.UTF_8), beforeNonce + server.nonce());
        last.proof(formatter.clientProof(salted, first, server, last));
        return token(peer, last.toBytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "n,,",
                "n,,n=carol",
                "p=tls-unique,,n=carol,r=x",
                "y,,n=carol,r=x",
                "n,a=admin,n=carol,r=x",
                "n,,n=carol,r=x,tokenauth=true",
                "c=biws,r=x,p=AAAA"
            })
    void refusesScramThatIsCutBoundOrForSomebodyElse(String first) throws Exception {
        try (Peer peer = new Peer(port)) {
            handshake(peer, SCRAM);
            SaslAuthenticateResponseData answer =
                    token(peer, first.getBytes(StandardCharsets.UTF_8));
            if (answer.errorCode() == 0) {
                answer = token(peer, "c=biws,r=x,p=AAAA".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(answer.errorCode()).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @Test
    void endsASessionThatIsOverAndKeepsOneThatLogsInAgain() throws Exception {
        try (Peer stays = new Peer(expiringPort);
                Peer goes = new Peer(expiringPort)) {
            for (Peer peer : new Peer[] {stays, goes}) {
                handshake(peer, "PLAIN");
                assertThat(token(peer, RIGHT).sessionLifetimeMs()).isEqualTo(1500);
            }
            TimeUnit.MILLISECONDS.sleep(800);
            handshake(stays, "PLAIN");
            assertThat(token(stays, RIGHT).sessionLifetimeMs()).isEqualTo(1500);
            TimeUnit.MILLISECONDS.sleep(900);
            assertThat(isServed(stays)).isTrue();
            goes.send(ApiKeys.METADATA, 12, 9, new MetadataRequestData());
            assertThat(goes.isEnded()).isTrue();
        }
    }

    @Test
    void nobodyBecomesSomebodyElseByLoggingInAgain() throws Exception {
        try (Peer peer = new Peer(port)) {
            handshake(peer, "PLAIN");
            token(peer, RIGHT);
            handshake(peer, "PLAIN");
            SaslAuthenticateResponseData answer = token(peer, plain("eve", "eve-secret"));
            assertThat(answer.errorCode()).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            assertThat(answer.errorMessage()).contains("Cannot change principals");
            assertThat(peer.isEnded()).isTrue();
        }
        try (Peer peer = new Peer(port)) {
            handshake(peer, "PLAIN");
            token(peer, RIGHT);
            assertThat(handshake(peer, SCRAM).errorCode())
                    .isEqualTo(Errors.UNSUPPORTED_SASL_MECHANISM.code());
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @Test
    void doesNotServeOthersWhileSomebodyLogsInAgain() throws Exception {
        try (Peer peer = new Peer(port)) {
            handshake(peer, "PLAIN");
            token(peer, RIGHT);
            handshake(peer, "PLAIN");
            peer.send(ApiKeys.METADATA, 12, 9, new MetadataRequestData());
            assertThat(peer.isEnded()).isTrue();
        }
    }
}
