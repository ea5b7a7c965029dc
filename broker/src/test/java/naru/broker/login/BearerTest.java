package naru.broker.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.assertj.core.api.Assertions;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.sasl.SaslServer;

class BearerTest {
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    static final AppConfigurationEntry ENTRY =
            new AppConfigurationEntry(
                    OAuthBearerLoginModule.class.getName(),
                    LoginModuleControlFlag.REQUIRED,
                    Map.of());

    @TempDir Path folder;
    private RsaJsonWebKey key;
    private Bearer bearer;

    @BeforeEach
    void open() throws Exception {
        key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("one");
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, new JsonWebKeySet(key).toJson());
        System.setProperty(ALLOWED, keys.toUri().toString());
        bearer = new Bearer(settings(keys.toUri().toString()), ENTRY);
    }

    @AfterEach
    void close() {
        bearer.close();
        System.clearProperty(ALLOWED);
    }

    static Map<String, Object> settings(String url) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("sasl.oauthbearer.jwks.endpoint.url", url);
        settings.put("sasl.oauthbearer.expected.issuer", "issuer");
        settings.put("sasl.oauthbearer.expected.audience", List.of("naru"));
        settings.put("sasl.oauthbearer.clock.skew.seconds", 5);
        settings.put("sasl.oauthbearer.scope.claim.name", "scope");
        settings.put("sasl.oauthbearer.sub.claim.name", "sub");
        settings.put("sasl.oauthbearer.jwks.endpoint.refresh.ms", 3_600_000L);
        settings.put("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", 100L);
        settings.put("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", 1_000L);
        settings.put(
                "sasl.oauthbearer.jwt.validator.class",
                org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator.class);
        return settings;
    }

    private static JwtClaims claims(String issuer, String audience, int minutes) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer);
        claims.setAudience(audience);
        claims.setSubject("dora");
        claims.setStringClaim("scope", "all");
        claims.setIssuedAt(NumericDate.fromMilliseconds(System.currentTimeMillis() - 3_600_000));
        claims.setExpirationTimeMinutesInTheFuture(minutes);
        return claims;
    }

    private static String signed(JwtClaims claims, RsaJsonWebKey by) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(by.getPrivateKey());
        signature.setKeyIdHeaderValue("one");
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        return signature.getCompactSerialization();
    }

    /** The user that the token stands for, or null when it is refused. */
    private @Nullable String user(String token) {
        SaslServer server = bearer.newServer();
        try {
            server.evaluateResponse(
                    ("n,,\u0001auth=Bearer " + token + "\u0001\u0001")
                            .getBytes(StandardCharsets.UTF_8));
            return server.isComplete() ? server.getAuthorizationID() : null;
        } catch (Exception refused) {
            return null;
        }
    }

    @Test
    void aTokenOfTheIssuerForUsIsTakenAndNoOther() throws Exception {
        RsaJsonWebKey another = RsaJwkGenerator.generateJwk(2048);
        JwtClaims right = claims("issuer", "naru", 10);
        assertThat(user(signed(right, key))).isEqualTo("dora");
        assertThat(user(signed(right, another))).as("another's key").isNull();
        assertThat(user(signed(claims("other", "naru", 10), key))).as("issuer").isNull();
        assertThat(user(signed(claims("issuer", "other", 10), key))).as("audience").isNull();
        assertThat(user(signed(claims("issuer", "naru", -10), key))).as("expired").isNull();
        assertThat(user("x.y.z")).as("nonsense").isNull();
        assertThat(user("")).as("nothing").isNull();
    }

    @Test
    void aTokenWithoutASignatureIsRefused() throws Exception {
        JsonWebSignature none = new JsonWebSignature();
        none.setPayload(claims("issuer", "naru", 10).toJson());
        none.setAlgorithmConstraints(org.jose4j.jwa.AlgorithmConstraints.ALLOW_ONLY_NONE);
        none.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        assertThat(user(none.getCompactSerialization())).isNull();
        JsonWebSignature secret = new JsonWebSignature();
        secret.setPayload(claims("issuer", "naru", 10).toJson());
        secret.setKeyIdHeaderValue("one");
        secret.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        secret.setKey(new org.jose4j.keys.HmacKey(key.getPublicKey().getEncoded()));
        assertThat(user(secret.getCompactSerialization()))
                .as("signed with the public key as if it were a secret")
                .isNull();
    }

    @Test
    void keySetsThatAreNotAllowedAreNotFetched() {
        for (String url : List.of("file:///etc/passwd", "http://169.254.169.254/latest")) {
            Assertions.assertThatThrownBy(() -> new Bearer(settings(url), ENTRY))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("cannot be accessed due to restrictions");
        }
    }
}
