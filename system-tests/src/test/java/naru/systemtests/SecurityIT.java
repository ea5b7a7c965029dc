package naru.systemtests;

import static naru.systemtests.JavaClients.await;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.testkit.FreePorts;
import naru.testkit.NaruProcess;
import naru.testkit.RepositoryRoot;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * A node that strangers can reach: {@code --secure} as it prints itself, and what else protects.
 */
@Timeout(300)
class SecurityIT {
    private static final String TOPIC = "vault";

    @TempDir static Path folder;
    private static NaruProcess naru;

    @BeforeAll
    static void start() {
        naru = NaruProcess.prepareSecure(Map.of());
        naru.restart();
        try (Admin admin = Admin.create(properties("client.properties"))) {
            await(admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all());
        }
    }

    @AfterAll
    static void stop() {
        naru.close();
    }

    private static Path security(String name) {
        return naru.dataFolder().toAbsolutePath().resolve("security-" + name);
    }

    private static Map<String, Object> properties(String name) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(security(name))) {
            properties.load(reader);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Map<String, Object> map = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> map.put(key, properties.getProperty(key)));
        return map;
    }

    private static String secret(String key) {
        return String.valueOf(properties("secrets.properties").get(key));
    }

    /** The command that stands behind the word at the beginning of a printed line. */
    private static List<String> printed(String word) {
        String line =
                naru.output().stream()
                        .map(String::strip)
                        .filter(each -> each.startsWith(word + " "))
                        .findFirst()
                        .orElseThrow();
        return new ArrayList<>(Arrays.asList(line.substring(word.length()).strip().split(" ")));
    }

    private static void send(Map<String, Object> settings, String value) {
        try (Producer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            await(producer.send(new ProducerRecord<>(TOPIC, value)));
        }
    }

    @Test
    void whatTheFirstStartPrintsIsEnoughForKcatNaruAndJava() {
        ForeignClient.KCAT.require();
        assertThat(Program.run(printed("kcat")).succeeded()).contains(TOPIC);
        List<String> command = printed("naru");
        command.set(0, RepositoryRoot.find().resolve("naru").toString());
        assertThat(Program.run(command).succeeded()).contains(TOPIC);
        send(properties("client.properties"), "from Java");
    }

    @Test
    void clientsInOtherLanguagesLogIn() {
        ForeignClient.CONFLUENT_PYTHON.require();
        ForeignClient.KAFKAJS.require();
        String read =
                ForeignClient.CONFLUENT_PYTHON
                        .run("secure", security("kcat.conf").toString(), TOPIC)
                        .succeeded();
        assertThat(read).isNotBlank();
        ForeignClient.KAFKAJS
                .run(
                        "secure",
                        naru.bootstrap(),
                        security("ca.pem").toString(),
                        secret("user"),
                        secret("password"),
                        TOPIC)
                .succeeded();
    }

    @Test
    void secretsAreTheOwnersAndPrintedNowhere() throws IOException {
        try (Stream<Path> files = Files.list(naru.dataFolder())) {
            List<Path> secrets =
                    files.filter(file -> file.getFileName().toString().startsWith("security-"))
                            .toList();
            assertThat(secrets).hasSize(6).allMatch(Files::isRegularFile);
            for (Path file : secrets) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
            }
        }
        assertThat(naru.output())
                .noneMatch(line -> line.contains(secret("password")))
                .noneMatch(line -> line.contains(secret("keystore.password")));
    }

    @Test
    void strangersAreNotServed() throws IOException {
        Map<String, Object> wrong = properties("client.properties");
        wrong.computeIfPresent(
                "sasl.jaas.config",
                (key, value) -> value.toString().replace(secret("password"), "guess"));
        try (Admin admin = Admin.create(wrong)) {
            assertThatThrownBy(() -> admin.listTopics().names().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), naru.port())) {
            plain.setSoTimeout(20_000);
            plain.getOutputStream().write(new byte[] {0, 0, 0, 20, 0, 18, 0, 3, 0, 0, 0, 1});
            assertThat(plain.getInputStream().readAllBytes().length).isLessThan(100);
        } catch (SocketException reset) {
            assertThat(reset).isNotNull();
        }
    }

    @Test
    void certificatesAreMappedToUsersAndPasswordsArePlainWhereThatIsWanted() {
        Path alice = issueClient("alice");
        Path eve = issueClient("eve");
        List<Integer> ports = FreePorts.find(2);
        String authority = security("ca.pem").toString();
        Map<String, String> settings = new HashMap<>();
        settings.put(
                "listeners",
                "SSL://127.0.0.1:%d,SASL_SSL://127.0.0.1:%d".formatted(ports.get(0), ports.get(1)));
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", security("server.p12").toString());
        settings.put("ssl.keystore.password", secret("keystore.password"));
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", authority);
        settings.put("listener.name.ssl.ssl.client.auth", "required");
        settings.put("ssl.principal.mapping.rules", "RULE:^CN=([a-z]+),.*$/$1/,DEFAULT");
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.sasl_ssl.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_bob=\"bob-secret\";");
        settings.put(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        settings.put("super.users", "User:alice;User:bob");
        try (NaruProcess other = NaruProcess.start(settings)) {
            assertThat(other.isAlive()).isTrue();
            assertThat(mayCreate(ports.get(0), withCertificate(alice), "by-alice")).isTrue();
            assertThat(mayCreate(ports.get(0), withCertificate(eve), "by-eve")).isFalse();
            assertThat(mayCreate(ports.get(0), Map.of(), "by-nobody")).isFalse();
            Map<String, Object> bob =
                    Map.of(
                            "security.protocol",
                            "SASL_SSL",
                            "sasl.mechanism",
                            "PLAIN",
                            "sasl.jaas.config",
                            "org.apache.kafka.common.security.plain.PlainLoginModule required"
                                    + " username=\"bob\" password=\"bob-secret\";");
            assertThat(mayCreate(ports.get(1), bob, "by-bob")).isTrue();
            kcatReads(ports.get(1), authority);
        }
    }

    private static void kcatReads(int port, String authority) {
        List<String> command = new ArrayList<>(List.of("kcat", "-L", "-b", "127.0.0.1:" + port));
        for (String setting :
                List.of(
                        "security.protocol=SASL_SSL",
                        "ssl.ca.location=" + authority,
                        "sasl.mechanisms=PLAIN",
                        "sasl.username=bob",
                        "sasl.password=bob-secret")) {
            command.addAll(List.of("-X", setting));
        }
        assertThat(Program.run(command).succeeded()).contains("by-bob");
    }

    private static Map<String, Object> withCertificate(Path keystore) {
        return Map.of(
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.location",
                keystore.toString(),
                "ssl.keystore.password",
                secret("keystore.password"));
    }

    private static boolean mayCreate(int port, Map<String, Object> own, String topic) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", "127.0.0.1:" + port);
        settings.put("security.protocol", "SSL");
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", security("ca.pem").toString());
        settings.put("default.api.timeout.ms", "15000");
        settings.put("request.timeout.ms", "10000");
        settings.putAll(own);
        try (Admin admin = Admin.create(settings)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            return true;
        } catch (ExecutionException refused) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A certificate by the node's authority, in a file without the authority's key. */
    private static Path issueClient(String name) {
        Path keystore = folder.resolve(name + ".p12");
        try {
            Files.copy(security("authority.p12"), keystore);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        keytool(
                keystore,
                "-genkeypair",
                "-alias",
                name,
                "-signer",
                "authority",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name + ",O=Example",
                "-ext",
                "eku=clientAuth");
        keytool(keystore, "-delete", "-alias", "authority");
        return keystore;
    }

    private static void keytool(Path keystore, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", keystore.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", secret("keystore.password")));
        Program.run(command).succeeded();
    }

    @Test
    void laterStartsUseWhatTheFirstHasMade() throws IOException {
        byte[] authority = Files.readAllBytes(security("ca.pem"));
        String password = secret("password");
        naru.stop();
        naru.restart();
        assertThat(Files.readAllBytes(security("ca.pem"))).isEqualTo(authority);
        assertThat(secret("password")).isEqualTo(password);
        send(properties("client.properties"), "again");
    }
}
