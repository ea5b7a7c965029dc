package naru.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.app.secure.SecureSettings;
import naru.app.secure.SecurityFiles;
import naru.broker.login.FirstUser;
import naru.broker.tls.PrivateAuthority;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.InputStream;
import java.io.Reader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** One login for all services of a secured node, which speak https: in this JVM. */
@Timeout(300)
class FrontDoorTest {
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    private static final String SCHEMA = "{\"schema\":\"{\\\"type\\\":\\\"string\\\"}\"}";
    private static final String JSON = "application/json";
    private static final String AVRO = "application/vnd.kafka.avro.v2+json";
    private static final String RECORD =
            "{\"value_schema\":\"{\\\"type\\\":\\\"string\\\"}\",\"records\":[{\"value\":\"v\"}]}";
    private static final String ALICE = basic("alice", "alice-secret");

    @TempDir static Path folder;

    private static RsaJsonWebKey key;
    private static SecurityFiles security;
    private static NodeLauncher.RunningNode node;
    private static HttpClient client;

    @BeforeAll
    static void serve() throws Exception {
        key = RsaJwkGenerator.generateJwk(2048);
        key.setKeyId("one");
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, new JsonWebKeySet(key).toJson());
        System.setProperty(ALLOWED, keys.toUri().toString());
        Map<String, String> settings = new TreeMap<>();
        settings.put("log.dirs", folder.resolve("data").toString());
        settings.put("listeners", "SASL_SSL://127.0.0.1:0");
        settings.put("naru.loops", "1");
        settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512,SCRAM-SHA-256,OAUTHBEARER");
        settings.put("sasl.oauthbearer.jwks.endpoint.url", keys.toUri().toString());
        settings.put("sasl.oauthbearer.expected.audience", "naru");
        settings.put("naru.audit.log", folder.resolve("audit.log").toString());
        settings.put("naru.metrics.listeners", "");
        settings.put("naru.services", "broker,registry,rest,connect");
        for (String service : List.of("registry", "rest", "connect")) {
            settings.put("naru." + service + ".listeners", "https://127.0.0.1:0");
            String own = "listener.name." + service + ".";
            settings.put(own + "ssl.client.auth", "requested");
            settings.put(own + "ssl.truststore.type", "PEM");
            settings.put(
                    own + "ssl.truststore.location",
                    folder.resolve("data/security-ca.pem").toString());
            settings.put(own + "ssl.principal.mapping.rules", "RULE:^CN=([a-z]+),.*$/$1/,DEFAULT");
        }
        security = new SecureSettings(settings).complete();
        node =
                Nodes.ofThisBuild()
                        .launch(settings, new FirstUser(security.user(), security.password()));
        security.writeClientFiles(node.bootstrap().getFirst());
        client = client(null);
        makeUsers();
    }

    private static void makeUsers() throws Exception {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(security.file("client.properties"))) {
            properties.load(reader);
        }
        try (Admin admin = Admin.create(properties)) {
            admin.createTopics(List.of(new NewTopic("shared", 1, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            admin.alterUserScramCredentials(
                            List.of(
                                    new UserScramCredentialUpsertion(
                                            "alice",
                                            new ScramCredentialInfo(
                                                    ScramMechanism.SCRAM_SHA_256, 4_096),
                                            "alice-secret")))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            admin.createAcls(
                            List.of(
                                    mayWrite("alice", "shared"),
                                    mayWrite("carol", "shared"),
                                    mayWrite("dora", "shared")))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static AclBinding mayWrite(String user, String topic) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry(
                        "User:" + user, "*", AclOperation.WRITE, AclPermissionType.ALLOW));
    }

    @AfterAll
    static void stop() {
        client.close();
        node.close();
        System.clearProperty(ALLOWED);
    }

    /**
     * @param certificate whose user shows it; null: nobody does
     */
    private static HttpClient client(@Nullable Path certificate) throws Exception {
        KeyStore authority = KeyStore.getInstance("PKCS12");
        char[] password = security.keystorePassword().toCharArray();
        try (InputStream in = Files.newInputStream(security.file("authority.p12"))) {
            authority.load(in, password);
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "authority", authority.getCertificate(authority.aliases().nextElement()));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManager[] keys = new KeyManager[0];
        if (certificate != null) {
            KeyStore own = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(certificate)) {
                own.load(in, password);
            }
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own, password);
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static String basic(String user, String password) {
        String pair = user + ":" + password;
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String bearer(String audience) throws Exception {
        JwtClaims claims = new JwtClaims();
        claims.setAudience(audience);
        claims.setSubject("dora");
        claims.setIssuedAtToNow();
        claims.setGeneratedJwtId();
        claims.setExpirationTimeMinutesInTheFuture(10);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue("one");
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        return "Bearer " + signature.getCompactSerialization();
    }

    private static URI address(String service) {
        Matcher found =
                Pattern.compile("\\b" + service + " (https://[^;]+)").matcher(node.summary());
        assertThat(found.find()).as(node.summary()).isTrue();
        return URI.create(found.group(1));
    }

    private static HttpResponse<String> get(
            HttpClient by, String service, String path, String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address(service) + path));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return by.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(
            HttpClient by,
            String service,
            String path,
            String type,
            String authorization,
            String body)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address(service) + path))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return by.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> register(HttpClient by, String authorization, String topic)
            throws Exception {
        return post(
                by,
                "registry",
                "/subjects/" + topic + "-value/versions",
                JSON,
                authorization,
                SCHEMA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"registry /subjects", "rest /topics", "connect /connectors"})
    void strangersAreLetInNowhere(String place) throws Exception {
        String[] parts = place.split(" ", -1);
        // Each is somewhere of its own: who guesses too often is not asked any more.
        try (HttpClient stranger = from("127.0.1." + parts[0].length())) {
            for (String shown :
                    List.of("", basic("alice", "wrong"), bearer("others"), "Digest x=y")) {
                HttpResponse<String> answer = get(stranger, parts[0], parts[1], shown);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
                assertThat(answer.body()).contains("\"error_code\":401");
            }
        }
    }

    @Test
    void passwordsOfOneMechanismAreEnoughAndRightsAreThoseOfTheCluster() throws Exception {
        assertThat(register(client, ALICE, "shared").statusCode()).isEqualTo(200);
        HttpResponse<String> denied = register(client, ALICE, "secret");
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(denied.body()).contains("40301").contains("alice");
        assertThat(post(client, "rest", "/topics/shared", AVRO, ALICE, RECORD).body())
                .contains("\"offset\"");
        HttpResponse<String> refused =
                post(
                        client,
                        "rest",
                        "/topics/secret",
                        "application/vnd.kafka.json.v2+json",
                        ALICE,
                        "{\"records\":[{\"value\":1}]}");
        assertThat(refused.body()).contains("40301");
    }

    @Test
    void theFirstUserMayEverything() throws Exception {
        String admin = basic(security.user(), security.password());
        assertThat(get(client, "registry", "/subjects", admin).statusCode()).isEqualTo(200);
        assertThat(get(client, "rest", "/v3/clusters", admin).statusCode()).isEqualTo(200);
    }

    @Test
    void tokensOfTheIssuerAreTakenAsByTheBroker() throws Exception {
        String dora = bearer("naru");
        assertThat(register(client, dora, "shared").statusCode()).isEqualTo(200);
        HttpResponse<String> denied = register(client, dora, "secret");
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(denied.body()).contains("dora");
        assertThat(post(client, "rest", "/topics/shared", AVRO, dora, RECORD).body())
                .contains("\"offset\"");
    }

    @Test
    void certificatesAreMappedToUsersOfTheCluster() throws Exception {
        Path carol = folder.resolve("carol.p12");
        new PrivateAuthority(security.file("authority.p12"), security.keystorePassword())
                .issue("carol", "CN=carol,O=Example", List.of(), 30, carol);
        try (HttpClient withCertificate = client(carol)) {
            HttpResponse<String> made = register(withCertificate, "", "shared");
            assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
            HttpResponse<String> denied = register(withCertificate, "", "secret");
            assertThat(denied.statusCode()).isEqualTo(403);
            assertThat(denied.body()).contains("carol");
            assertThat(post(withCertificate, "rest", "/topics/shared", AVRO, "", RECORD).body())
                    .contains("\"offset\"");
        }
    }

    @Test
    void guessersAreHeldUpWhereTheyAre() throws Exception {
        try (HttpClient guesser = from("127.0.0.3")) {
            int tries = 0;
            int status;
            do {
                String guess = basic("alice", "guess-" + tries);
                status = get(guesser, "registry", "/subjects", guess).statusCode();
                tries++;
            } while (status == 401 && tries < 100);
            assertThat(status).isEqualTo(429);
            assertThat(get(guesser, "rest", "/topics", basic("alice", "more")).statusCode())
                    .isEqualTo(429);
        }
        assertThat(register(client, ALICE, "shared").statusCode()).isEqualTo(200);
        assertThat(Files.readString(folder.resolve("audit.log")))
                .contains("127.0.0.3")
                .contains("alice")
                .doesNotContain("guess-");
    }

    @Test
    void manyWhoAreRightMayComeFromOnePlaceAtOnce() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        try (HttpClient proxy = from("127.0.0.4")) {
            for (int user = 0; user < 12; user++) {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(address("rest") + "/topics"))
                                .header("Authorization", bearer("naru"))
                                .build();
                answers.add(proxy.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get(120, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
        }
    }

    private static HttpClient from(String address) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(client.sslContext())
                .localAddress(InetAddress.getByName(address))
                .build();
    }

    @Test
    void whoSpeaksHttpOnAnHttpsPortIsToldSo() throws Exception {
        try (Socket plain =
                new Socket(InetAddress.getLoopbackAddress(), address("registry").getPort())) {
            plain.getOutputStream()
                    .write(
                            "GET /subjects HTTP/1.1\r\nHost: x\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(plain.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 400").contains("https");
        }
    }

    @Test
    void addressesOpenToOthersNeedHttps() {
        Map<String, String> settings = new HashMap<>();
        settings.put("log.dirs", folder.resolve("other").toString());
        settings.put("listeners", "SASL_SSL://127.0.0.1:0");
        settings.put("ssl.keystore.location", security.keystore().toString());
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.password", security.keystorePassword());
        settings.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        settings.put("naru.registry.listeners", "http://0.0.0.0:0");
        assertThatThrownBy(() -> Nodes.ofThisBuild().launch(settings, null))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("naru.registry.listeners")
                .hasMessageContaining("https://");
    }
}
