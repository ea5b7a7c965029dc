package naru.broker.attack;

import static naru.broker.attack.Fortress.SCRAM;
import static naru.broker.attack.Fortress.handshake;
import static naru.broker.attack.Fortress.plain;
import static naru.broker.attack.Fortress.token;
import static naru.broker.attack.Fortress.utf8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import naru.broker.Peer;

import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** PLAIN, and SASL in every order but the right one. */
@Timeout(120)
class PasswordAttackTest {
    private static final String REFUSED_WORDS =
            "Authentication failed: Invalid username or password";

    @TempDir static Path folder;
    private static Fortress fortress;

    @BeforeAll
    static void start() throws Exception {
        fortress = Fortress.start(folder, Fortress.settings(folder));
    }

    @AfterAll
    static void stop() {
        fortress.close();
    }

    @AfterEach
    void othersAreServed() throws IOException {
        fortress.sing();
    }

    static Stream<Arguments> wrongTokens() {
        return Stream.of(
                arguments("nothing", utf8("")),
                arguments("no password", plain("", "admin", "")),
                arguments("no user", plain("", "", "admin-secret")),
                arguments("no separator", utf8("admin")),
                arguments("another's authorization id", plain("admin", "alice", "alice-secret")),
                arguments("a NUL behind the password", plain("", "admin", "admin-secret\0")),
                arguments("a NUL within the name", plain("", "ad\0min", "admin-secret")),
                arguments("a beginning of the password", plain("", "admin", "admin-secre")),
                arguments("more than the password", plain("", "admin", "admin-secret ")),
                arguments("a name in capitals", plain("", "ADMIN", "admin-secret")),
                arguments("a name that looks alike", plain("", "\u0430dmin", "admin-secret")),
                arguments("a name of 200,000 letters", plain("", "a".repeat(200_000), "x")),
                arguments("a password of 400,000 letters", plain("", "bob", "p".repeat(400_000))),
                arguments("bytes that are no UTF-8", broken()));
    }

    private static byte[] broken() {
        byte[] bytes = plain("", "admin", "admin-secret");
        bytes[3] = (byte) 0xC0;
        bytes[bytes.length - 1] = (byte) 0xFF;
        return bytes;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongTokens")
    void aWrongTokenIsRefusedInWordsThatRepeatNothing(String what, byte[] bytes) throws Exception {
        try (Peer peer = fortress.stranger()) {
            handshake(peer, "PLAIN");
            SaslAuthenticateResponseData answer = token(peer, bytes);
            assertThat(answer.errorCode())
                    .as(what)
                    .isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            assertThat(answer.authBytes()).isEmpty();
            assertThat(answer.errorMessage()).doesNotContain("secre", "aaa", "ppp");
            assertThat(answer.errorMessage().length()).isLessThan(200);
            assertThat(peer.isEnded()).isTrue();
        }
    }

    @Test
    void whoIsKnownAndWhoIsNotIsToldTheSame() throws Exception {
        for (String user : List.of("admin", "nobody", "User:admin", "*", "ANONYMOUS")) {
            try (Peer peer = fortress.stranger()) {
                handshake(peer, "PLAIN");
                assertThat(token(peer, plain("", user, "guess")).errorMessage())
                        .as(user)
                        .isEqualTo(REFUSED_WORDS);
            }
        }
    }

    /** What a client may send in its turn, and what it then sends out of turn. */
    static Stream<Arguments> orders() {
        return Stream.of(
                arguments("a request first", List.of("metadata")),
                arguments("a token first", List.of("token")),
                arguments("a request after the handshake", List.of("handshake", "metadata")),
                arguments("two handshakes", List.of("handshake", "again")),
                arguments("another mechanism's handshake", List.of("handshake", "scram")),
                arguments("versions within the exchange", List.of("handshake", "versions")),
                arguments(
                        "a request after a wrong token", List.of("handshake", "wrong", "metadata")),
                arguments(
                        "a right token after a wrong one", List.of("handshake", "wrong", "token")),
                arguments("a request again after a session", List.of("login", "scram")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("orders")
    void whoeverLeavesTheOrderIsEnded(String what, List<String> steps) throws Exception {
        try (Peer peer = fortress.stranger()) {
            for (String step : steps) {
                send(peer, step);
            }
            int bytes = peer.drain();
            assertThat(bytes).as("%s: answers to what was in order", what).isLessThan(400);
        }
    }

    private static void send(Peer peer, String step) throws IOException {
        switch (step) {
            case "metadata" -> peer.send(ApiKeys.METADATA, 12, 9, new MetadataRequestData());
            case "versions" -> peer.send(ApiKeys.API_VERSIONS, 3, 9, versions());
            case "handshake" -> handshake(peer, "PLAIN");
            case "scram" ->
                    peer.send(
                            ApiKeys.SASL_HANDSHAKE,
                            1,
                            9,
                            new SaslHandshakeRequestData().setMechanism(SCRAM));
            case "again" ->
                    peer.send(
                            ApiKeys.SASL_HANDSHAKE,
                            1,
                            9,
                            new SaslHandshakeRequestData().setMechanism("PLAIN"));
            case "wrong" -> sendToken(peer, plain("", "bob", "wrong"));
            case "token" -> sendToken(peer, plain("", "bob", "bob-secret"));
            case "login" -> {
                handshake(peer, "PLAIN");
                assertThat(token(peer, plain("", "bob", "bob-secret")).errorCode()).isZero();
            }
            default -> throw new IllegalArgumentException(step);
        }
    }

    private static ApiVersionsRequestData versions() {
        return new ApiVersionsRequestData()
                .setClientSoftwareName("attack")
                .setClientSoftwareVersion("1");
    }

    private static void sendToken(Peer peer, byte[] bytes) throws IOException {
        peer.send(
                ApiKeys.SASL_AUTHENTICATE,
                2,
                9,
                new SaslAuthenticateRequestData().setAuthBytes(bytes));
    }

    @Test
    void aTokenAfterTheLoginChangesNothing() throws Exception {
        try (Peer peer = fortress.enter("bob")) {
            assertThat(token(peer, plain("", "admin", "admin-secret")).errorCode())
                    .isEqualTo(Errors.ILLEGAL_SASL_STATE.code());
        }
    }

    @Test
    void aFloodOfVersionRequestsIsAnsweredAndHurtsNobody() throws Exception {
        try (Peer peer = fortress.stranger()) {
            for (int i = 0; i < 5_000; i++) {
                peer.send(ApiKeys.API_VERSIONS, 3, i, versions());
                if (i % 100 == 99) {
                    for (int answer = i - 99; answer <= i; answer++) {
                        peer.receive(ApiKeys.API_VERSIONS, 3, answer);
                    }
                }
            }
            fortress.sing();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GSSAPI", "plain", "PLAIN\0", "", "ANONYMOUS", "EXTERNAL", "${env:HOME}"})
    void otherMechanismsAreNotThere(String name) throws Exception {
        try (Peer peer = fortress.stranger()) {
            assertThat(handshake(peer, name).errorCode())
                    .isEqualTo(Errors.UNSUPPORTED_SASL_MECHANISM.code());
            assertThat(peer.isEnded()).isTrue();
        }
    }

    static Stream<Arguments> hugeFrames() {
        byte[] handshake = {0, 17, 0, 1, 0, 0, 0, 1, -1, -1};
        return Stream.of(
                arguments("2 GB announced", frame(Integer.MAX_VALUE, handshake)),
                arguments("a negative length", frame(-5, handshake)),
                arguments("no length", frame(0, handshake)),
                arguments("more than a login needs", frame(600_000, handshake)),
                arguments("a text of 32,767 in 10 bytes", frame(12, text(handshake, 0x7fff))),
                arguments("a text of negative length", frame(12, text(handshake, 0x8000))),
                arguments("2 billion tagged fields", frame(15, tagged())),
                arguments("a token of 2 GB", frame(15, hugeToken())));
    }

    private static byte[] frame(int length, byte[] content) {
        return ByteBuffer.allocate(4 + content.length).putInt(length).put(content).array();
    }

    private static byte[] text(byte[] header, int length) {
        return ByteBuffer.allocate(12).put(header).putShort((short) length).array();
    }

    /** ApiVersions v3 whose header says that it has that many tagged fields. */
    private static byte[] tagged() {
        return new byte[] {0, 18, 0, 3, 0, 0, 0, 1, -1, -1, -1, -1, -1, -1, 7};
    }

    /** SaslAuthenticate v0 whose bytes are said to be that many. */
    private static byte[] hugeToken() {
        return new byte[] {0, 36, 0, 0, 0, 0, 0, 1, -1, -1, 0x7f, -1, -1, -1, 1};
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hugeFrames")
    void whatIsAnnouncedIsNotAllocated(String what, byte[] bytes) throws Exception {
        try (Peer peer = fortress.stranger()) {
            peer.sendBytes(bytes);
            assertThat(peer.isEnded()).as(what).isTrue();
        }
    }

    @Test
    void aBareTokenEndsWhereItsLengthSays() throws Exception {
        try (Peer peer = fortress.stranger()) {
            peer.ask(
                    ApiKeys.SASL_HANDSHAKE,
                    0,
                    1,
                    new SaslHandshakeRequestData().setMechanism("PLAIN"));
            byte[] right = plain("", "bob", "bob-secret");
            peer.sendBytes(frame(-1, Arrays.copyOf(right, right.length)));
            assertThat(peer.isEnded()).isTrue();
        }
    }
}
