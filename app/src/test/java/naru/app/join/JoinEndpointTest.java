package naru.app.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.app.join.JoinMessages.Admission;
import naru.app.join.JoinMessages.Question;
import naru.app.secure.SecurityFiles;
import naru.broker.StartException;
import naru.broker.newcomer.Newcomers;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** What a stranger may try at the endpoint where nodes get their certificates. */
@Timeout(120)
class JoinEndpointTest {
    private static final long LONG = 600_000;
    private static final List<String> NAMES = List.of("dns:localhost", "ip:127.0.0.1");

    @TempDir static Path folder;
    private static SecuredNode node;
    private static Admin admin;
    private static SecurityFiles.Applicant applicant;

    @BeforeAll
    static void start() throws IOException, StartException {
        node = new SecuredNode(folder.resolve("first"));
        admin = node.admin();
        applicant = SecurityFiles.apply(folder.resolve("applicant"));
    }

    @AfterAll
    static void stop() {
        admin.close();
        node.close();
    }

    private static Question question(@Nullable Integer nodeId) {
        return new Question(node.clusterId(), applicant.certificateRequest(), NAMES, nodeId, false);
    }

    private static HttpResponse<String> post(
            Invitation.Secret secret, String address, byte[] body, byte[] proof) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("https://" + address + JoinMessages.PATH))
                        .header(JoinMessages.TOKEN_HEADER, secret.tokenId())
                        .header(
                                JoinMessages.PROOF_HEADER,
                                Base64.getUrlEncoder().encodeToString(proof))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
        return send(secret, request);
    }

    private static HttpResponse<String> send(Invitation.Secret secret, HttpRequest request) {
        try (HttpClient client = HttpClient.newBuilder().sslContext(believing(secret)).build()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static SSLContext believing(Invitation.Secret secret) {
        try {
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(null, new TrustManager[] {new FingerprintTrust(secret.fingerprint())}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<String> post(Invitation.Secret secret, Object message) {
        byte[] body = JoinMessages.write(message);
        return post(secret, node.address(), body, Newcomers.proof(secret.key(), body));
    }

    private static Invitation.Secret secret() throws Exception {
        return node.secret(admin, LONG);
    }

    @Test
    void newcomerGetsACertificateOnceForItsToken() throws Exception {
        Invitation.Secret secret = secret();
        SecurityFiles.Applicant own = SecurityFiles.apply(folder.resolve("newcomer"));

        Admission admission =
                new JoinClient(secret)
                        .ask(
                                new Question(
                                        node.clusterId(),
                                        own.certificateRequest(),
                                        NAMES,
                                        null,
                                        false));

        own.complete(admission.certificate(), admission.authority(), admission.tokenKey());
        assertThat(admission.nodeId()).isGreaterThan(1);
        assertThat(
                        SecuredNode.certificate(admission.certificate())
                                .getSubjectX500Principal()
                                .getName())
                .isEqualTo("CN=node-" + admission.nodeId());
        assertThat(admission.superUsers()).isEqualTo("User:admin");
        assertThat(admission.voters()).isEqualTo(1);
        assertThat(admission.controllers()).hasSize(1);
        assertThat(folder.resolve("newcomer")).isDirectoryContaining("glob:**security-server.p12");
        assertThatThrownBy(() -> new JoinClient(secret).ask(question(null)))
                .isInstanceOf(JoinFailure.class)
                .hasMessageContaining("naru cluster invite");
    }

    @Test
    void newcomersGetDifferentNumbers() throws Exception {
        int one = new JoinClient(secret()).ask(question(null)).nodeId();
        int other = new JoinClient(secret()).ask(question(null)).nodeId();

        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void whatDoesNotSucceedDoesNotUseTheTokenUp() throws Exception {
        Invitation.Secret secret = secret();
        Question wrongCluster =
                new Question("another", applicant.certificateRequest(), NAMES, null, false);

        assertThat(post(secret, wrongCluster).statusCode()).isEqualTo(409);
        assertThat(post(secret, question(1)).body()).contains("there is a node 1 already");
        assertThat(post(secret, question(77)).statusCode()).isEqualTo(200);
    }

    @Test
    void onlyANodeThatIsThereIsGivenANewCertificate() throws Exception {
        Invitation.Secret secret = secret();

        assertThat(post(secret, renewal(55)).body()).contains("there is no node 55");
        assertThat(post(secret, renewal(1)).statusCode()).isEqualTo(200);
    }

    private static Question renewal(int nodeId) {
        return new Question(node.clusterId(), applicant.certificateRequest(), NAMES, nodeId, true);
    }

    @Test
    void wrongProofIsRefused() throws Exception {
        Invitation.Secret secret = secret();
        byte[] body = JoinMessages.write(question(null));
        byte[] other = JoinMessages.write(question(66));

        assertThat(post(secret, node.address(), body, new byte[32]).statusCode()).isEqualTo(403);
        assertThat(post(secret, node.address(), body, new byte[0]).statusCode()).isEqualTo(403);
        assertThat(
                        post(secret, node.address(), other, Newcomers.proof(secret.key(), body))
                                .statusCode())
                .isEqualTo(403);
    }

    @Test
    void requestIsGoodOnce() throws Exception {
        Invitation.Secret secret = secret();
        byte[] body = JoinMessages.write(question(null));
        byte[] proof = Newcomers.proof(secret.key(), body);

        assertThat(post(secret, node.address(), body, proof).statusCode()).isEqualTo(200);
        assertThat(post(secret, node.address(), body, proof).statusCode()).isEqualTo(403);
    }

    @Test
    void expiredTokenIsRefused() throws Exception {
        assertThat(post(node.secret(admin, 1), question(null)).statusCode()).isEqualTo(403);
    }

    @Test
    void bodyIsBounded() throws Exception {
        Invitation.Secret secret = secret();
        byte[] body = new byte[JoinMessages.REQUEST_BYTES_MOST + 1];

        assertThat(
                        post(secret, node.address(), body, Newcomers.proof(secret.key(), body))
                                .statusCode())
                .isEqualTo(413);
    }

    @Test
    void namesAreNamesAndNoOptions() throws Exception {
        Invitation.Secret secret = secret();
        for (String name : List.of("dns:a,bc:ca:true", "dns:a -alias b", "uri:x", "dns:")) {
            Question question =
                    new Question(
                            node.clusterId(),
                            applicant.certificateRequest(),
                            List.of(name),
                            null,
                            false);
            assertThat(post(secret, question).statusCode()).as(name).isEqualTo(400);
        }
        byte[] noJson = "{".getBytes(StandardCharsets.UTF_8);
        assertThat(
                        post(secret, node.address(), noJson, Newcomers.proof(secret.key(), noJson))
                                .statusCode())
                .isEqualTo(400);
    }

    @Test
    void nothingElseIsServed() throws Exception {
        Invitation.Secret secret = secret();
        for (String path : List.of("/", "/v1", "/v1/join", "/metrics")) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("https://" + node.address() + path)).build();
            assertThat(send(secret, request).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void tokenOfSomebodyWhoMayNotChangeTheClusterAdmitsNobody() throws Exception {
        addUser("clerk");
        try (Admin clerk = node.admin("clerk", "password of clerk")) {
            Invitation.Secret secret = node.secret(clerk, LONG);

            HttpResponse<String> answer = post(secret, question(null));

            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("User:clerk");
        }
    }

    private static void addUser(String name) throws Exception {
        admin.alterUserScramCredentials(
                        List.of(
                                new UserScramCredentialUpsertion(
                                        name,
                                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                                        "password of " + name)))
                .all()
                .get();
    }

    @Test
    void nobodyLogsInUnderTheNameOfANode() throws Exception {
        addUser("node-7");
        try (Admin impostor = node.admin("node-7", "password of node-7")) {
            assertThatThrownBy(() -> impostor.describeCluster().nodes().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    @Test
    void serverOfAnotherAuthorityIsNotBelieved() throws Exception {
        Invitation.Secret right = secret();
        Invitation.Secret wrong =
                new Invitation.Secret(
                        right.endpoints(), "00".repeat(32), right.tokenId(), right.tokenSecret());

        assertThatThrownBy(() -> new JoinClient(wrong).ask(question(null)))
                .isInstanceOf(JoinFailure.class)
                .hasMessageContaining("another authority");
    }

    @Test
    void addressWhereNobodyListensIsTold() throws Exception {
        Invitation.Secret right = secret();
        Invitation.Secret nowhere =
                new Invitation.Secret(
                        List.of("127.0.0.1:1"),
                        right.fingerprint(),
                        right.tokenId(),
                        right.tokenSecret());

        assertThatThrownBy(() -> new JoinClient(nowhere).ask(question(null)))
                .isInstanceOf(JoinFailure.class)
                .hasMessageContaining("127.0.0.1:1: connection refused");
    }

    @Test
    void guessesAreFew() throws Exception {
        Invitation.Secret secret = secret();
        byte[] body = JoinMessages.write(question(null));
        try (JoinEndpoint endpoint = node.anotherEndpoint()) {
            String address = "127.0.0.1:" + endpoint.port();
            int status = 403;
            for (int guess = 0; guess < 200 && status == 403; guess++) {
                status = post(secret, address, body, new byte[32]).statusCode();
            }
            assertThat(status).isEqualTo(429);
        }
    }
}
