package naru.broker.attack;

import static naru.broker.attack.Fortress.SCRAM;
import static naru.broker.attack.Fortress.SECRET;
import static naru.broker.attack.Fortress.handshake;
import static naru.broker.attack.Fortress.token;
import static naru.broker.attack.Fortress.utf8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import naru.broker.Peer;

import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
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
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** SCRAM messages that are replayed, cut, exchanged, bound or for somebody else; and its users. */
@Timeout(120)
class ScramAttackTest {
    private static final String NONCE = "abcdefghijklmnop";
    private static final String BARE = "n=carol,r=" + NONCE;
    private static final String HEADER = "n,,";
    private static final int ITERATIONS = 4096;
    private static final String SHORT_SESSIONS = "600";

    @TempDir static Path folder;
    private static Fortress fortress;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = Fortress.settings(folder);
        settings.put(
                "listener.name.sasl_plaintext.scram-sha-512.connections.max.reauth.ms",
                SHORT_SESSIONS);
        fortress = Fortress.start(folder, settings);
    }

    @AfterAll
    static void stop() {
        fortress.close();
    }

    @AfterEach
    void othersAreServed() throws IOException {
        fortress.sing();
    }

    private static void assertRefused(Peer peer, SaslAuthenticateResponseData answer, String what)
            throws IOException {
        assertThat(answer.errorCode()).as(what).isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
        assertThat(answer.authBytes()).as(what).isEmpty();
        assertThat(peer.isEnded()).as(what).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p=tls-server-end-point,,n=carol,r=abcdefgh",
                "y,,n=carol,r=abcdefgh",
                "n,a=admin,n=carol,r=abcdefgh",
                "n,a=,n=carol,r=abcdefgh",
                "n,,m=mandatory,n=carol,r=abcdefgh",
                "n,,r=abcdefgh,n=carol",
                "n,,n=carol",
                "n,,n=,r=abcdefgh",
                "n,,n=ca=rol,r=abcdefgh",
                "n,,n=carol,r=",
                "n,,n=carol\u0000,r=abcdefgh",
                "N,,N=carol,R=abcdefgh"
            })
    void aFirstMessageThatIsBentIsRefusedAtOnceOrAsNobodys(String first) throws Exception {
        try (Peer peer = fortress.stranger()) {
            handshake(peer, SCRAM);
            SaslAuthenticateResponseData answer = token(peer, utf8(first));
            if (answer.errorCode() == 0) {
                byte[] challenge = answer.authBytes();
                String last =
                        ScramClient.last(
                                first.substring(3),
                                challenge,
                                "carol" + SECRET,
                                HEADER,
                                ScramClient.nonceOf(challenge));
                answer = token(peer, utf8(last));
            }
            assertRefused(peer, answer, first);
        }
    }

    /** What becomes of the last message, which is right until then. */
    interface Bend {
        String of(String last, byte[] challenge) throws Exception;
    }

    static Stream<Arguments> bends() {
        return Stream.of(
                bend("cut in half", (last, _) -> last.substring(0, last.length() / 2)),
                bend("without a proof", (last, _) -> last.substring(0, last.indexOf(",p="))),
                bend("an empty proof", (last, _) -> last.substring(0, last.indexOf(",p=") + 3)),
                bend("a short proof", (last, _) -> last.replaceAll(",p=.*", ",p=AAAA")),
                bend(
                        "the client's nonce alone",
                        (_, challenge) -> proved(challenge, HEADER, NONCE)),
                bend(
                        "a nonce cut off",
                        (_, challenge) -> proved(challenge, HEADER, cut(challenge))),
                bend("bound to a channel", (_, challenge) -> bound(challenge, "p=tls-unique,,x")),
                bend("could bind a channel", (_, challenge) -> bound(challenge, "y,,")),
                bend("for somebody else", (_, challenge) -> bound(challenge, "n,a=admin,")),
                bend("an extension more", (last, _) -> last.replace(",p=", ",m=x,p=")),
                bend("the server's own words", (_, challenge) -> text(challenge)),
                bend("another proof", (last, _) -> withAnotherProof(last)));
    }

    /** Its first character is another one than it was. */
    private static String withAnotherProof(String last) {
        int first = last.indexOf(",p=") + 3;
        char other = last.charAt(first) == '/' ? 'A' : '/';
        return last.substring(0, first) + other + last.substring(first + 1);
    }

    private static Arguments bend(String what, Bend bend) {
        return arguments(what, bend);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String cut(byte[] challenge) throws IOException {
        String nonce = ScramClient.nonceOf(challenge);
        return nonce.substring(0, nonce.length() - 1);
    }

    private static String bound(byte[] challenge, String binding) throws Exception {
        return proved(challenge, binding, ScramClient.nonceOf(challenge));
    }

    private static String proved(byte[] challenge, String binding, String nonce) throws Exception {
        return ScramClient.last(BARE, challenge, "carol" + SECRET, binding, nonce);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bends")
    void aLastMessageThatIsBentIsRefused(String what, Bend bend) throws Exception {
        try (Peer peer = fortress.stranger()) {
            handshake(peer, SCRAM);
            byte[] challenge = token(peer, utf8(HEADER + BARE)).authBytes();
            String last = bend.of(bound(challenge, HEADER), challenge);
            assertRefused(peer, token(peer, utf8(last)), what);
        }
    }

    @Test
    void whatWasRightOnceIsWrongTheNextTime() throws Exception {
        byte[] first = utf8(HEADER + BARE);
        byte[] last;
        try (Peer peer = fortress.stranger()) {
            handshake(peer, SCRAM);
            last = utf8(bound(token(peer, first).authBytes(), HEADER));
            assertThat(token(peer, last).errorCode()).isZero();
        }
        try (Peer replay = fortress.stranger()) {
            handshake(replay, SCRAM);
            token(replay, first);
            assertRefused(replay, token(replay, last), "both replayed");
        }
        try (Peer reordered = fortress.stranger()) {
            handshake(reordered, SCRAM);
            assertRefused(reordered, token(reordered, last), "the last one first");
        }
        try (Peer repeated = fortress.stranger()) {
            handshake(repeated, SCRAM);
            token(repeated, first);
            assertRefused(repeated, token(repeated, first), "the first one twice");
        }
        try (Peer other = fortress.stranger()) {
            handshake(other, "SCRAM-SHA-256");
            byte[] challenge = token(other, first).authBytes();
            assertRefused(other, token(other, utf8(bound(challenge, HEADER))), "weaker hash");
        }
    }

    /** Rounds, sizes and words are those of a user who is there. */
    @Test
    void anUnknownUserIsAnsweredAsAKnownOne() throws Exception {
        String words = null;
        for (String user : List.of("carol", "nobody", "x".repeat(900))) {
            try (Peer peer = fortress.stranger()) {
                handshake(peer, SCRAM);
                byte[] challenge = token(peer, ScramClient.first(HEADER, user, NONCE)).authBytes();
                assertThat(text(challenge)).matches("r=[!-~]+,s=[A-Za-z0-9+/=]{28,36},i=4096");
                String last =
                        ScramClient.last(
                                "n=" + user + ",r=" + NONCE,
                                challenge,
                                "guess",
                                HEADER,
                                ScramClient.nonceOf(challenge));
                SaslAuthenticateResponseData answer = token(peer, utf8(last));
                words = words == null ? answer.errorMessage() : words;
                assertThat(answer.errorMessage()).isEqualTo(words);
                assertRefused(peer, answer, user);
            }
        }
    }

    @Test
    void messagesOfAnyLengthAreRefusedWithoutANote() throws Exception {
        for (int length : new int[] {2_000, 60_000, 400_000}) {
            for (String first :
                    List.of(
                            HEADER + "n=" + "x".repeat(length) + ",r=" + NONCE,
                            HEADER + BARE + ",x=y".repeat(length / 4),
                            "n,a=" + "x".repeat(length) + "," + BARE)) {
                try (Peer peer = fortress.stranger()) {
                    handshake(peer, SCRAM);
                    assertRefused(peer, token(peer, utf8(first)), length + " characters");
                }
            }
        }
    }

    private static SaslAuthenticateResponseData login(Peer peer, String user, String password)
            throws Exception {
        handshake(peer, SCRAM);
        byte[] challenge = token(peer, ScramClient.first(HEADER, user, NONCE)).authBytes();
        String last =
                ScramClient.last(
                        "n=" + user + ",r=" + NONCE,
                        challenge,
                        password,
                        HEADER,
                        ScramClient.nonceOf(challenge));
        return token(peer, utf8(last));
    }

    private static short alter(AlterUserScramCredentialsRequestData request) throws IOException {
        try (Peer admin = fortress.enter("admin")) {
            var answer =
                    (AlterUserScramCredentialsResponseData)
                            admin.ask(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, 5, request);
            return answer.results().getFirst().errorCode();
        }
    }

    private static AlterUserScramCredentialsRequestData password(
            String user, String password, int iterations) throws Exception {
        ScramFormatter formatter = new ScramFormatter(ScramMechanism.SCRAM_SHA_512);
        byte[] salt = formatter.secureRandomBytes();
        byte[] salted = formatter.saltedPassword(password, salt, Math.clamp(iterations, 1, 4096));
        return new AlterUserScramCredentialsRequestData()
                .setUpsertions(
                        List.of(
                                new ScramCredentialUpsertion()
                                        .setName(user)
                                        .setMechanism(ScramMechanism.SCRAM_SHA_512.type())
                                        .setIterations(iterations)
                                        .setSalt(salt)
                                        .setSaltedPassword(salted)));
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "1", "4095", "16385", "2147483647"})
    void passwordsAreKeptWithNeitherTooFewNorTooManyIterations(int iterations) throws Exception {
        assertThat(alter(password("weak", "x", iterations)))
                .isEqualTo(Errors.UNACCEPTABLE_CREDENTIAL.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd", "a\nb", "a,b=c", "\u001b[31mred"})
    void aUserMayHaveAnyNameAndItIsOnlyAKey(String name) throws Exception {
        assertThat(alter(password(name, "pw", ITERATIONS))).isZero();
        try (Peer peer = fortress.stranger()) {
            String saslName = name.replace("=", "=3D").replace(",", "=2C");
            assertThat(login(peer, saslName, "pw").errorCode()).isZero();
        }
        assertThat(folder.resolve("data").toFile().list()).noneMatch(file -> file.contains(name));
    }

    @Test
    void aChangedPasswordAndADeletedUserEndWhatIsNewAndWhatIsRenewed() throws Exception {
        assertThat(alter(password("dave", "old", ITERATIONS))).isZero();
        try (Peer open = fortress.stranger();
                Peer silent = fortress.stranger()) {
            SaslAuthenticateResponseData answer = login(open, "dave", "old");
            assertThat(answer.errorCode()).isZero();
            assertThat(answer.sessionLifetimeMs()).isEqualTo(Long.parseLong(SHORT_SESSIONS));
            login(silent, "dave", "old");
            assertThat(alter(password("dave", "new", ITERATIONS))).isZero();
            try (Peer fresh = fortress.stranger()) {
                assertRefused(fresh, login(fresh, "dave", "old"), "the old password");
            }
            assertRefused(open, login(open, "dave", "old"), "again with the old password");
            var delete =
                    new AlterUserScramCredentialsRequestData()
                            .setDeletions(
                                    List.of(
                                            new ScramCredentialDeletion()
                                                    .setName("dave")
                                                    .setMechanism(
                                                            ScramMechanism.SCRAM_SHA_512.type())));
            assertThat(alter(delete)).isZero();
            try (Peer fresh = fortress.stranger()) {
                assertRefused(fresh, login(fresh, "dave", "new"), "who was deleted");
            }
            assertEndsWithItsSession(silent);
        }
    }

    /** Asks until it is no longer served, which it never is longer than its session lasts. */
    private static void assertEndsWithItsSession(Peer peer) throws IOException {
        for (int i = 0; i < 1_000_000; i++) {
            try {
                peer.ask(ApiKeys.METADATA, 12, i, new MetadataRequestData());
            } catch (IOException ended) {
                return;
            }
        }
        throw new AssertionError("the session does not end");
    }
}
