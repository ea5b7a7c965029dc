package naru.broker.login;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Node;
import naru.broker.Peer;
import naru.broker.config.NodeConfig;

import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData.CreatableRenewers;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenResponseData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ClientFinalMessage;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ClientFirstMessage;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ServerFirstMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Delegation tokens from their making to their end, and logins by them. */
@Timeout(120)
class DelegationTokenTest {
    private static final String SCRAM = "SCRAM-SHA-256";
    private static final long HOUR_MILLIS = 3_600_000;
    private static final byte[] NO_SUCH_PROOF = new byte[64];

    @TempDir Path folder;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        start(Map.of());
    }

    private void start(Map<String, String> more) throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.toString());
        settings.put("listeners", "SASL_PLAINTEXT://127.0.0.1:0,OPEN://127.0.0.1:0");
        settings.put(
                "listener.security.protocol.map", "SASL_PLAINTEXT:SASL_PLAINTEXT,OPEN:PLAINTEXT");
        settings.put("sasl.enabled.mechanisms", "PLAIN," + SCRAM);
        settings.put(
                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_anna=\"anna\" user_bob=\"bob\" user_carol=\"carol\";");
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:root");
        settings.put("connection.failed.authentication.delay.ms", "10");
        settings.put("delegation.token.secret.key", "the secret of all tokens");
        settings.put("delegation.token.expiry.check.interval.ms", "200");
        settings.putAll(more);
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

    private static SaslAuthenticateResponseData token(Peer peer, byte[] bytes) throws IOException {
        return (SaslAuthenticateResponseData)
                peer.ask(
                        ApiKeys.SASL_AUTHENTICATE,
                        2,
                        2,
                        new SaslAuthenticateRequestData().setAuthBytes(bytes));
    }

    private static void handshake(Peer peer, String mechanism) throws IOException {
        peer.ask(
                ApiKeys.SASL_HANDSHAKE,
                1,
                1,
                new SaslHandshakeRequestData().setMechanism(mechanism));
    }

    /** Somebody whose password is their name. */
    private Peer user(String name) throws IOException {
        Peer peer = new Peer(port(0));
        handshake(peer, "PLAIN");
        byte[] plain = ("\0" + name + "\0" + name).getBytes(StandardCharsets.UTF_8);
        assertThat(token(peer, plain).errorCode()).isZero();
        return peer;
    }

    private static SaslAuthenticateResponseData login(Peer peer, String tokenId, byte[] proof)
            throws Exception {
        handshake(peer, SCRAM);
        ScramFormatter formatter = new ScramFormatter(ScramMechanism.SCRAM_SHA_256);
        ClientFirstMessage first =
                new ClientFirstMessage(tokenId, "nonce", Map.of("tokenauth", "true"));
        ServerFirstMessage server =
                new ServerFirstMessage(token(peer, first.toBytes()).authBytes());
        byte[] salted =
                formatter.saltedPassword(
                        Base64.getEncoder().encodeToString(proof),
                        server.salt(),
                        server.iterations());
        ClientFinalMessage last =
                new ClientFinalMessage("n,,".getBytes(StandardCharsets.UTF_8), server.nonce());
        last.proof(formatter.clientProof(salted, first, server, last));
        return token(peer, last.toBytes());
    }

    private static CreateDelegationTokenResponseData create(
            Peer peer, CreateDelegationTokenRequestData body) throws IOException {
        return (CreateDelegationTokenResponseData)
                peer.ask(ApiKeys.CREATE_DELEGATION_TOKEN, 3, 3, body);
    }

    private static CreateDelegationTokenRequestData body(String... renewers) {
        return new CreateDelegationTokenRequestData()
                .setMaxLifetimeMs(2 * HOUR_MILLIS)
                .setRenewers(
                        Stream.of(renewers)
                                .map(name ->
                                        new CreatableRenewers()
                                                .setPrincipalType("User")
                                                .setPrincipalName(name))
                                .toList());
    }

    private static RenewDelegationTokenResponseData renew(Peer peer, byte[] proof, long millis)
            throws IOException {
        return (RenewDelegationTokenResponseData)
                peer.ask(
                        ApiKeys.RENEW_DELEGATION_TOKEN,
                        2,
                        4,
                        new RenewDelegationTokenRequestData()
                                .setHmac(proof)
                                .setRenewPeriodMs(millis));
    }

    private static ExpireDelegationTokenResponseData expire(Peer peer, byte[] proof, long millis)
            throws IOException {
        return (ExpireDelegationTokenResponseData)
                peer.ask(
                        ApiKeys.EXPIRE_DELEGATION_TOKEN,
                        2,
                        5,
                        new ExpireDelegationTokenRequestData()
                                .setHmac(proof)
                                .setExpiryTimePeriodMs(millis));
    }

    private static DescribeDelegationTokenResponseData describe(Peer peer) throws IOException {
        return (DescribeDelegationTokenResponseData)
                peer.ask(
                        ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                        3,
                        6,
                        new DescribeDelegationTokenRequestData().setOwners(null));
    }

    private static List<String> visibleTo(Peer peer) throws IOException {
        return describe(peer).tokens().stream().map(each -> each.tokenId()).toList();
    }

    @Test
    void holderIsTheOwnerForAsLongAsTheTokenLasts() throws Exception {
        try (Peer anna = user("anna");
                Peer holder = new Peer(port(0));
                Peer late = new Peer(port(0))) {
            CreateDelegationTokenResponseData made = create(anna, body());
            assertThat(made.errorCode()).isZero();
            assertThat(made.principalName()).isEqualTo("anna");
            assertThat(made.maxTimestampMs() - made.issueTimestampMs()).isEqualTo(2 * HOUR_MILLIS);

            SaslAuthenticateResponseData in = login(holder, made.tokenId(), made.hmac());
            assertThat(in.errorCode()).as(in.errorMessage()).isZero();
            assertThat(in.sessionLifetimeMs()).isBetween(1L, 2 * HOUR_MILLIS);
            assertThat(create(holder, body()).errorCode())
                    .isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code());
            assertThat(describe(holder).errorCode())
                    .isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code());

            assertThat(expire(anna, made.hmac(), -1).errorCode()).isZero();
            assertThat(visibleTo(anna)).isEmpty();
            assertThat(login(late, made.tokenId(), made.hmac()).errorCode())
                    .isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
        }
    }

    @Test
    void wrongProofIsRefused() throws Exception {
        try (Peer anna = user("anna");
                Peer guesser = new Peer(port(0))) {
            CreateDelegationTokenResponseData made = create(anna, body());
            assertThat(login(guesser, made.tokenId(), NO_SUCH_PROOF).errorCode())
                    .isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            assertThat(expire(anna, NO_SUCH_PROOF, -1).errorCode())
                    .isEqualTo(Errors.DELEGATION_TOKEN_NOT_FOUND.code());
        }
    }

    @Test
    void ownerAndRenewersSeeAndRenewATokenAndNobodyElse() throws Exception {
        try (Peer anna = user("anna");
                Peer bob = user("bob");
                Peer carol = user("carol")) {
            CreateDelegationTokenResponseData made = create(anna, body("bob"));

            assertThat(visibleTo(anna)).containsExactly(made.tokenId());
            assertThat(visibleTo(bob)).containsExactly(made.tokenId());
            assertThat(describe(bob).tokens().getFirst().hmac()).isEqualTo(made.hmac());
            assertThat(visibleTo(carol)).isEmpty();

            RenewDelegationTokenResponseData renewed = renew(bob, made.hmac(), HOUR_MILLIS);
            assertThat(renewed.errorCode()).isZero();
            assertThat(describe(anna).tokens().getFirst().expiryTimestamp())
                    .isEqualTo(renewed.expiryTimestampMs());
            assertThat(renew(anna, made.hmac(), 5 * HOUR_MILLIS).expiryTimestampMs())
                    .as("no longer than its maximum")
                    .isEqualTo(made.maxTimestampMs());
            short stranger = Errors.DELEGATION_TOKEN_OWNER_MISMATCH.code();
            assertThat(renew(carol, made.hmac(), HOUR_MILLIS).errorCode()).isEqualTo(stranger);
            assertThat(expire(carol, made.hmac(), -1).errorCode()).isEqualTo(stranger);
        }
    }

    @Test
    void tokensOfOthersAndOfOtherKindsAreRefused() throws Exception {
        try (Peer anna = user("anna");
                Peer open = new Peer(port(1))) {
            assertThat(
                            create(
                                            anna,
                                            body().setOwnerPrincipalType("User")
                                                    .setOwnerPrincipalName("root"))
                                    .errorCode())
                    .isEqualTo(Errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED.code());
            CreateDelegationTokenRequestData role = body("bob");
            role.renewers().getFirst().setPrincipalType("Role");
            assertThat(create(anna, role).errorCode())
                    .isEqualTo(Errors.INVALID_PRINCIPAL_TYPE.code());
            assertThat(
                            create(
                                            anna,
                                            body(
                                                    "b".repeat(30_000),
                                                    "c".repeat(30_000),
                                                    "d".repeat(6_000)))
                                    .errorCode())
                    .isEqualTo(Errors.INVALID_REQUEST.code());
            assertThat(create(open, body()).errorCode())
                    .as("on a listener without login")
                    .isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.code());
        }
    }

    @Test
    void tokenThatHasExpiredIsRemovedAndTheOthersOutliveTheNode() throws Exception {
        CreateDelegationTokenResponseData stays;
        try (Peer anna = user("anna")) {
            stays = create(anna, body());
            CreateDelegationTokenResponseData goes = create(anna, body());
            assertThat(expire(anna, goes.hmac(), 1).errorCode()).isZero();
            while (visibleTo(anna).contains(goes.tokenId())) {
                Thread.onSpinWait();
            }
        }
        node.close();
        start(Map.of());
        try (Peer anna = user("anna");
                Peer holder = new Peer(port(0))) {
            assertThat(visibleTo(anna)).containsExactly(stays.tokenId());
            assertThat(login(holder, stays.tokenId(), stays.hmac()).errorCode()).isZero();
            assertThat(expire(anna, stays.hmac(), -1).errorCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyVersionIsAnswered(int version) throws Exception {
        try (Peer anna = user("anna")) {
            CreateDelegationTokenResponseData made =
                    (CreateDelegationTokenResponseData)
                            anna.ask(ApiKeys.CREATE_DELEGATION_TOKEN, version, 3, body("bob"));
            assertThat(made.errorCode()).isZero();
            DescribeDelegationTokenResponseData described =
                    (DescribeDelegationTokenResponseData)
                            anna.ask(
                                    ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                                    version,
                                    4,
                                    new DescribeDelegationTokenRequestData());
            assertThat(described.tokens()).as("of nobody").isEmpty();
        }
    }

    @Test
    void withoutASecretThereAreNoTokens() throws Exception {
        node.close();
        start(Map.of("delegation.token.secret.key", ""));
        try (Peer anna = user("anna")) {
            short disabled = Errors.DELEGATION_TOKEN_AUTH_DISABLED.code();
            assertThat(create(anna, body()).errorCode()).isEqualTo(disabled);
            assertThat(describe(anna).errorCode()).isEqualTo(disabled);
            assertThat(renew(anna, NO_SUCH_PROOF, 1).errorCode()).isEqualTo(disabled);
            assertThat(expire(anna, NO_SUCH_PROOF, 1).errorCode()).isEqualTo(disabled);
        }
    }
}
