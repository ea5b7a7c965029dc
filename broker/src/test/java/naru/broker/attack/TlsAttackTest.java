package naru.broker.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import naru.broker.Peer;
import naru.broker.tls.TestKeys;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Certificates that are wrong, missing, late or foreign; TLS where there is none and none there.
 */
@Timeout(120)
class TlsAttackTest {
    private static final int CERTIFICATES = 1;
    private static final int PASSWORDS = 2;

    @TempDir static Path folder;
    private static TestKeys keys;
    private static TestKeys foreign;
    private static Fortress fortress;

    @BeforeAll
    static void start() throws Exception {
        keys = new TestKeys(Files.createDirectory(folder.resolve("keys")));
        foreign = new TestKeys(Files.createDirectory(folder.resolve("foreign")));
        issueExpired(folder.resolve("keys/authority.p12"), folder.resolve("late.p12"));
        keys.authority()
                .issue("eve", "CN=eve,O=Unmapped", List.of(), 30, folder.resolve("eve.p12"));
        Map<String, String> settings = Fortress.settings(folder);
        settings.put(
                "listeners",
                "SASL_PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0,SASL_SSL://127.0.0.1:0");
        settings.put(
                "listener.name.sasl_ssl.plain.sasl.jaas.config",
                settings.get("listener.name.sasl_plaintext.plain.sasl.jaas.config"));
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", keys.server().toString());
        settings.put("ssl.keystore.password", TestKeys.PASSWORD);
        settings.put("ssl.truststore.type", "PKCS12");
        settings.put("ssl.truststore.location", keys.truststore().toString());
        settings.put("ssl.truststore.password", TestKeys.PASSWORD);
        settings.put("listener.name.ssl.ssl.client.auth", "required");
        settings.put("ssl.principal.mapping.rules", "RULE:^CN=(alice|admin),.*$/$1/");
        settings.put("naru.authentication.timeout.ms", "2000");
        fortress = Fortress.start(folder, settings);
    }

    private static void issueExpired(Path authority, Path keystore) throws Exception {
        Files.copy(authority, keystore);
        keytool(
                keystore,
                List.of(
                        "-genkeypair",
                        "-alias",
                        "late",
                        "-signer",
                        "authority",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=alice,O=Late",
                        "-startdate",
                        "-10d",
                        "-validity",
                        "5"));
        keytool(keystore, List.of("-delete", "-alias", "authority"));
    }

    private static void keytool(Path keystore, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", keystore.toString()));
        command.addAll(List.of("-storepass", TestKeys.PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(told).isZero();
    }

    @AfterAll
    static void stop() {
        fortress.close();
    }

    @AfterEach
    void othersAreServed() throws Exception {
        fortress.sing();
        try (Peer alice = tls(CERTIFICATES, keys.client(), "TLSv1.3")) {
            assertThat(Fortress.isServed(alice)).isTrue();
        }
    }

    /** Trusts the node, and shows what is in the keystore. */
    private static Peer tls(int listener, @Nullable Path keystore, String protocol)
            throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(
                KeyStore.getInstance(keys.truststore().toFile(), TestKeys.PASSWORD.toCharArray()));
        KeyManagerFactory shown =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        shown.init(
                keystore == null
                        ? null
                        : KeyStore.getInstance(keystore.toFile(), TestKeys.PASSWORD.toCharArray()),
                TestKeys.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(shown.getKeyManagers(), trust.getTrustManagers(), null);
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(
                                        InetAddress.getLoopbackAddress(), fortress.port(listener));
        socket.setEnabledProtocols(new String[] {protocol});
        return new Peer(socket);
    }

    static Stream<Arguments> certificates() {
        return Stream.of("TLSv1.2", "TLSv1.3")
                .flatMap(protocol ->
                        Stream.of(
                                arguments("none", protocol, null),
                                arguments("another authority's", protocol, foreign.client()),
                                arguments(
                                        "self-signed",
                                        protocol,
                                        folder.resolve("foreign/authority.p12")),
                                arguments("expired", protocol, folder.resolve("late.p12")),
                                arguments(
                                        "mapped to nobody", protocol, folder.resolve("eve.p12"))));
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("certificates")
    void aWrongCertificateOpensNothing(String what, String protocol, @Nullable Path keystore)
            throws Exception {
        try (Peer peer = tls(CERTIFICATES, keystore, protocol)) {
            assertThatThrownBy(() -> Fortress.isServed(peer))
                    .as(what)
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    /** A certificate is no password: who shows admin's still has to log in, as whom it will. */
    @Test
    void aCertificateDoesNotReplaceALogin() throws Exception {
        try (Peer peer = tls(PASSWORDS, keys.client(), "TLSv1.3")) {
            assertThatThrownBy(() -> Fortress.isServed(peer)).isInstanceOf(IOException.class);
        }
        try (Peer peer = tls(PASSWORDS, keys.client(), "TLSv1.3")) {
            Fortress.handshake(peer, "PLAIN");
            assertThat(Fortress.token(peer, Fortress.plain("", "bob", "bob-secret")).errorCode())
                    .isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"SSLv3,3,0", "TLSv1,3,1", "TLSv1.1,3,2"})
    void oldProtocolsAreNotSpoken(String name, byte major, byte minor) throws Exception {
        for (int listener : new int[] {CERTIFICATES, PASSWORDS}) {
            try (Peer peer = new Peer(fortress.port(listener))) {
                peer.sendBytes(hello(major, minor));
                assertThat(peer.drain()).as("%s: no more than an alert", name).isLessThan(16);
            }
        }
    }

    /** A ClientHello of that version with one cipher suite of its time. */
    private static byte[] hello(byte major, byte minor) {
        byte[] message = new byte[5 + 4 + 2 + 32 + 1 + 4 + 2];
        message[0] = 22;
        message[1] = 3;
        message[2] = 1;
        message[4] = (byte) (message.length - 5);
        message[5] = 1;
        message[8] = (byte) (message.length - 9);
        message[9] = major;
        message[10] = minor;
        int ciphers = 5 + 4 + 2 + 32 + 1;
        message[ciphers + 1] = 2;
        message[ciphers + 2] = (byte) 0xC0;
        message[ciphers + 3] = 0x13;
        message[ciphers + 4] = 1;
        return message;
    }

    @Test
    void plainRequestsOnATlsPortAndTlsOnAPlainPortAreEnded() throws Exception {
        for (int listener : new int[] {CERTIFICATES, PASSWORDS}) {
            try (Peer peer = new Peer(fortress.port(listener))) {
                peer.send(ApiKeys.API_VERSIONS, 0, 1, new ApiVersionsRequestData());
                assertThat(peer.drain()).isLessThan(16);
            }
        }
        try (Peer peer = fortress.stranger()) {
            peer.sendBytes(hello((byte) 3, (byte) 3));
            assertThat(peer.drain()).isZero();
        }
        try (Peer peer = fortress.stranger()) {
            peer.sendBytes(Fortress.utf8("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            assertThat(peer.drain()).isZero();
        }
    }

    /** Half of a handshake each, and nothing more: all are ended, and others come in meanwhile. */
    @Test
    void handshakesThatAreHeldOpenEndAndBlockNobody() throws Exception {
        List<Socket> held = new ArrayList<>();
        try {
            byte[] hello = hello((byte) 3, (byte) 3);
            for (int i = 0; i < 300; i++) {
                int port = fortress.port(i % 2 == 0 ? CERTIFICATES : PASSWORDS);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                held.add(socket);
                socket.getOutputStream().write(hello, 0, i % hello.length);
            }
            othersAreServed();
            for (Socket socket : held) {
                socket.setSoTimeout(20_000);
                assertThat(drained(socket)).isLessThan(16);
            }
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    private static int drained(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes().length;
        } catch (SocketException reset) {
            return 0;
        }
    }
}
