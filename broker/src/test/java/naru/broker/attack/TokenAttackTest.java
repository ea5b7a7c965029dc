package naru.broker.attack;

import static naru.broker.attack.Fortress.handshake;
import static naru.broker.attack.Fortress.token;
import static naru.broker.attack.Fortress.utf8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import naru.broker.Peer;

import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** OAUTHBEARER with tokens that are forged, stale, for others, too large or not signed. */
@Timeout(120)
class TokenAttackTest {
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    private static final String BEGIN = "n,,\u0001auth=Bearer ";
    private static final String END = "\u0001\u0001";

    @TempDir static Path folder;
    private static Fortress fortress;
    private static RsaJsonWebKey key;
    private static RsaJsonWebKey thief;

    @BeforeAll
    static void start() throws Exception {
        key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("one");
        thief = RsaJwkGenerator.generateJwk(2048);
        thief.setKeyId("one");
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, new JsonWebKeySet(key).toJson());
        System.setProperty(ALLOWED, keys.toUri().toString());
        Map<String, String> settings = Fortress.settings(folder);
        settings.put("sasl.enabled.mechanisms", "PLAIN,OAUTHBEARER");
        settings.put("sasl.oauthbearer.jwks.endpoint.url", keys.toUri().toString());
        settings.put("sasl.oauthbearer.expected.issuer", "issuer");
        settings.put("sasl.oauthbearer.expected.audience", "naru");
        fortress = Fortress.start(folder, settings);
    }

    @AfterAll
    static void stop() {
        System.clearProperty(ALLOWED);
        fortress.close();
    }

    @AfterEach
    void othersAreServed() throws IOException {
        fortress.sing();
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer("issuer");
        claims.setAudience("naru");
        claims.setSubject("dora");
        claims.setStringClaim("scope", "all");
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(10);
        return claims;
    }

    private static JwtClaims with(Consumer<JwtClaims> change) {
        JwtClaims claims = claims();
        change.accept(claims);
        return claims;
    }

    private static String signed(JwtClaims claims, RsaJsonWebKey by) throws Exception {
        return signed(claims, by, signature -> {});
    }

    private static String signed(
            JwtClaims claims, RsaJsonWebKey by, Consumer<JsonWebSignature> change)
            throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(by.getPrivateKey());
        signature.setKeyIdHeaderValue("one");
        signature.setAlgorithmHeaderValue("RS256");
        change.accept(signature);
        return signature.getCompactSerialization();
    }

    private static String hashed(byte[] secret) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims().toJson());
        signature.setKeyIdHeaderValue("one");
        signature.setAlgorithmHeaderValue("HS256");
        signature.setKey(new HmacKey(secret));
        return signature.getCompactSerialization();
    }

    private static String unsigned() throws Exception {
        JsonWebSignature none = new JsonWebSignature();
        none.setPayload(claims().toJson());
        none.setAlgorithmConstraints(AlgorithmConstraints.ALLOW_ONLY_NONE);
        none.setAlgorithmHeaderValue("none");
        return none.getCompactSerialization();
    }

    private static String encrypted() throws Exception {
        JsonWebEncryption encryption = new JsonWebEncryption();
        encryption.setPayload(claims().toJson());
        encryption.setKeyIdHeaderValue("one");
        encryption.setAlgorithmHeaderValue("RSA-OAEP");
        encryption.setEncryptionMethodHeaderParameter("A128GCM");
        encryption.setKey(key.getPublicKey());
        return encryption.getCompactSerialization();
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(utf8(text));
    }

    private static String pem() {
        String body = Base64.getMimeEncoder().encodeToString(key.getPublicKey().getEncoded());
        return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
    }

    private static NumericDate minutesFromNow(int minutes) {
        return NumericDate.fromMilliseconds(System.currentTimeMillis() + minutes * 60_000L);
    }

    static Stream<Arguments> forgeries() throws Exception {
        String right = signed(claims(), key);
        String body = right.substring(0, right.lastIndexOf('.'));
        String[] parts = right.split("\\.", -1);
        return Stream.of(
                arguments("nothing", ""),
                arguments("no token at all", "x.y.z"),
                arguments("alg none", unsigned()),
                arguments("alg NonE", encoded("{\"alg\":\"NonE\"}") + "." + parts[1] + "."),
                arguments("no signature", body + "."),
                arguments("two parts", body),
                arguments("another's signature", signed(claims(), thief)),
                arguments("HS256 with the public key", hashed(key.getPublicKey().getEncoded())),
                arguments("HS256 with the public key as PEM", hashed(utf8(pem()))),
                arguments("another payload", parts[0] + "." + admin() + "." + parts[2]),
                arguments("an unknown kid", signed(claims(), key, kid("two"))),
                arguments("a path as kid", signed(claims(), thief, kid("../../../dev/null"))),
                arguments("a kid like SQL", signed(claims(), thief, kid("' OR '1'='1"))),
                arguments("a kid of 100,000", signed(claims(), thief, kid("k".repeat(100_000)))),
                arguments("a key of its own", signed(claims(), thief, TokenAttackTest::ownKey)),
                arguments("a key address", signed(claims(), thief, header("jku", "file:/x"))),
                arguments("an encrypted one", encrypted()),
                arguments("a giant", signed(claims(), key) + "A".repeat(300_000)),
                arguments("deep JSON", encoded("[".repeat(50_000)) + "." + parts[1] + ".AA"));
    }

    private static String admin() {
        return encoded(with(claims -> claims.setSubject("admin")).toJson());
    }

    private static Consumer<JsonWebSignature> kid(String value) {
        return signature -> signature.setKeyIdHeaderValue(value);
    }

    private static Consumer<JsonWebSignature> header(String name, String value) {
        return signature -> signature.setHeader(name, value);
    }

    private static void ownKey(JsonWebSignature signature) {
        signature.setJwkHeader(thief);
    }

    static Stream<Arguments> wrongClaims() throws Exception {
        return Stream.of(
                arguments("another issuer", with(claims -> claims.setIssuer("other"))),
                arguments("no issuer", with(claims -> claims.unsetClaim("iss"))),
                arguments("another audience", with(claims -> claims.setAudience("other"))),
                arguments("no audience", with(claims -> claims.unsetClaim("aud"))),
                arguments("expired", with(claims -> claims.setExpirationTime(minutesFromNow(-2)))),
                arguments("for ever", with(claims -> claims.unsetClaim("exp"))),
                arguments("not yet", with(claims -> claims.setNotBefore(minutesFromNow(5)))),
                arguments("nobody", with(claims -> claims.unsetClaim("sub"))),
                arguments("an empty name", with(claims -> claims.setSubject(" "))),
                arguments("a list as name", with(claims -> claims.setClaim("sub", new int[0]))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void aForgedTokenOpensNothing(String what, String forged) throws Exception {
        assertOpensNothing(what, BEGIN + forged + END);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongClaims")
    void aTokenWithWrongClaimsOpensNothing(String what, JwtClaims claims) throws Exception {
        assertOpensNothing(what, BEGIN + signed(claims, key) + END);
    }

    static Stream<Arguments> bentMessages() throws Exception {
        String right = signed(claims(), key);
        return Stream.of(
                arguments("for somebody else", "n,a=admin,\u0001auth=Bearer " + right + END),
                arguments("bound to a channel", "p=tls-unique,,\u0001auth=Bearer " + right + END),
                arguments("another scheme", "n,,\u0001auth=Basic " + right + END),
                arguments("no end", BEGIN + right),
                arguments("the wrong separator", "n,,\nauth=Bearer " + right + "\n\n"),
                arguments("100,000 extensions", BEGIN + right + "\u0001a=b".repeat(100_000) + END));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bentMessages")
    void aBentMessageAroundARightTokenOpensNothing(String what, String message) throws Exception {
        assertOpensNothing(what, message);
    }

    private static void assertOpensNothing(String what, String message) throws Exception {
        try (Peer peer = fortress.stranger()) {
            handshake(peer, "OAUTHBEARER");
            SaslAuthenticateResponseData answer = token(peer, utf8(message));
            if (answer.errorCode() == 0) {
                assertThat(new String(answer.authBytes(), StandardCharsets.UTF_8))
                        .as(what)
                        .isEqualTo("{\"status\":\"invalid_token\"}");
                answer = token(peer, new byte[] {1});
            }
            assertThat(answer.errorCode())
                    .as(what)
                    .isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            assertThat(answer.errorMessage()).doesNotContain("eyJ").hasSizeLessThan(300);
            assertThat(peer.isEnded()).as(what).isTrue();
        }
    }

    /** Who leaves before being refused in words has failed as well. */
    @Test
    void wrongTokensCountAsGuessesBeforeTheRefusalIsHeard() throws Exception {
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < 45; i++) {
                Peer peer = new Peer(fortress.port());
                peers.add(peer);
                handshake(peer, "OAUTHBEARER");
                peer.send(
                        ApiKeys.SASL_AUTHENTICATE,
                        2,
                        2,
                        new SaslAuthenticateRequestData()
                                .setAuthBytes(utf8(BEGIN + "x.y.z" + END)));
            }
            var last =
                    (SaslAuthenticateResponseData)
                            peers.getLast().receive(ApiKeys.SASL_AUTHENTICATE, 2, 2);
            assertThat(last.errorMessage()).startsWith("Too many failed attempts");
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    @Test
    void theRightTokenIsTaken() throws Exception {
        try (Peer peer = fortress.stranger()) {
            handshake(peer, "OAUTHBEARER");
            SaslAuthenticateResponseData answer =
                    token(peer, utf8(BEGIN + signed(claims(), key) + END));
            assertThat(answer.errorCode()).isZero();
            assertThat(answer.authBytes()).isEmpty();
            assertThat(answer.sessionLifetimeMs()).isBetween(1L, 600_000L);
            assertThat(Fortress.isServed(peer)).isTrue();
        }
    }
}
