package naru.app.secure;

import naru.broker.access.NodePrincipals;
import naru.broker.tls.OwnKey;
import naru.broker.tls.PrivateAuthority;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files {@code security-*} of a data folder: made at the first start, used again at later ones.
 * Nobody but their owner may read them. They have no folder of their own, because Apache Kafka
 * takes each folder that it finds beside its partitions for one, and does not start.
 *
 * <pre>
 * security-authority.p12       the private key that signs certificates; only on the node that made it
 * security-ca.pem              its certificate, for clients to trust
 * security-server.p12          the node's key and certificate; made anew when it is about to expire
 *                              or lacks a name
 * security-secrets.properties  the passwords of the two and of the first user, and the key of
 *                              delegation tokens
 * security-client.properties   for Java clients and naru's commands
 * security-kcat.conf           for kcat and others that are made with librdkafka
 * </pre>
 */
public final class SecurityFiles {
    private static final Logger LOG = LoggerFactory.getLogger("naru.tls");
    private static final String PREFIX = "security-";
    private static final String AUTHORITY = "authority.p12";
    private static final String SERVER = "server.p12";
    private static final String SECRETS = "secrets.properties";
    private static final String ALIAS = "server";
    private static final int AUTHORITY_DAYS = 3650;
    private static final int SERVER_DAYS = 825;
    private static final Duration RENEWED_AFTER = Duration.ofDays(SERVER_DAYS - 30);
    private static final int SECRET_BYTES = 24;
    private static final String USER = "admin";
    private static final String USER_KEY = "user";
    private static final String PASSWORD_KEY = "password";
    private static final String KEYSTORE_KEY = "keystore.password";
    private static final String TOKEN_KEY = "token.key";

    private final Path folder;
    private final int nodeId;
    private final Properties secrets;

    private SecurityFiles(Path folder, int nodeId, Properties secrets) {
        this.folder = folder;
        this.nodeId = nodeId;
        this.secrets = secrets;
    }

    /**
     * Opens the files, having made them where there are none.
     *
     * @param names by which clients reach this node, as {@code dns:HOST} and {@code ip:ADDRESS}
     */
    public static SecurityFiles open(Path dataFolder, int nodeId, List<String> names)
            throws IOException {
        Path folder = dataFolder.toAbsolutePath().normalize();
        Properties secrets = new Properties();
        SecurityFiles opened = new SecurityFiles(folder, nodeId, secrets);
        if (!Files.exists(opened.file(SECRETS))) {
            make(folder, nodeId, names);
        }
        try (InputStream in = Files.newInputStream(opened.file(SECRETS))) {
            secrets.load(in);
        }
        if (secrets.getProperty(TOKEN_KEY) == null) {
            secrets.setProperty(TOKEN_KEY, secret());
            opened.writeSecrets();
        }
        opened.renewCertificate(names);
        return opened;
    }

    /**
     * Made in a folder that nobody else may enter and moved out, the secrets last, so that a start
     * that was cut off is begun again.
     */
    private static void make(Path folder, int nodeId, List<String> names) throws IOException {
        Path making = newFolder(folder);
        Properties secrets = new Properties();
        secrets.setProperty(KEYSTORE_KEY, secret());
        secrets.setProperty(USER_KEY, USER);
        secrets.setProperty(PASSWORD_KEY, secret());
        secrets.setProperty(TOKEN_KEY, secret());
        SecurityFiles made = new SecurityFiles(making, nodeId, secrets);
        PrivateAuthority authority = made.authority();
        authority.create("CN=Naru private authority " + secret().substring(0, 8), AUTHORITY_DAYS);
        made.issue(names);
        made.write("ca.pem", authority.certificate());
        made.restrict(AUTHORITY);
        made.writeSecrets();
        made.moveTo(folder, List.of(AUTHORITY, SERVER, "ca.pem", SECRETS));
    }

    private static Path newFolder(Path folder) throws IOException {
        Path making = folder.resolve(PREFIX + "making");
        delete(making);
        Files.createDirectories(making);
        Files.setPosixFilePermissions(making, PosixFilePermissions.fromString("rwx------"));
        return making;
    }

    private void moveTo(Path target, List<String> names) throws IOException {
        for (String name : names) {
            Files.move(file(name), target.resolve(PREFIX + name), StandardCopyOption.ATOMIC_MOVE);
        }
        delete(folder);
    }

    private void writeSecrets() throws IOException {
        StringBuilder text =
                new StringBuilder("# Made by naru start --secure. Keep it to yourself.\n");
        new TreeMap<>(secrets)
                .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        write(SECRETS, text.toString());
    }

    /** A newcomer's files before it has its certificate. */
    public static final class Applicant {
        private final Path folder;
        private final SecurityFiles made;
        private final String request;

        private Applicant(Path folder, SecurityFiles made, String request) {
            this.folder = folder;
            this.made = made;
            this.request = request;
        }

        /** In PKCS#10, as text. */
        public String certificateRequest() {
            return request;
        }

        /** Puts everything in its place. */
        public void complete(String certificate, String authority, String tokenKey)
                throws IOException {
            made.secrets.setProperty(TOKEN_KEY, tokenKey);
            made.key().certify(certificate, authority);
            made.restrict(SERVER);
            made.write("ca.pem", authority);
            made.writeSecrets();
            made.moveTo(folder, List.of(SERVER, "ca.pem", SECRETS));
        }

        /** Leaves nothing behind. */
        public void abandon() throws IOException {
            delete(made.folder);
        }
    }

    /** Makes the key of a node that joins a cluster whose authority is elsewhere. */
    public static Applicant apply(Path dataFolder) throws IOException {
        Path folder = dataFolder.toAbsolutePath().normalize();
        Properties secrets = new Properties();
        secrets.setProperty(KEYSTORE_KEY, secret());
        SecurityFiles made = new SecurityFiles(newFolder(folder), 0, secrets);
        return new Applicant(folder, made, made.key().create());
    }

    /** Makes another key for a node that has joined, to be kept under the same password. */
    public static Applicant applyAgain(Path dataFolder) throws IOException {
        Path folder = dataFolder.toAbsolutePath().normalize();
        Properties secrets = new Properties();
        SecurityFiles present = new SecurityFiles(folder, 0, secrets);
        if (present.holdsAuthority()) {
            throw new IOException("the node has the authority's key, and renews it by itself");
        }
        try (InputStream in = Files.newInputStream(present.file(SECRETS))) {
            secrets.load(in);
        }
        SecurityFiles made = new SecurityFiles(newFolder(folder), 0, secrets);
        return new Applicant(folder, made, made.key().create());
    }

    private OwnKey key() {
        return new OwnKey(keystore(), ALIAS, keystorePassword());
    }

    /**
     * Signs the certificate of a node that joins.
     *
     * @param names as {@code dns:HOST} and {@code ip:ADDRESS}, checked by the caller
     */
    public String sign(String certificateRequest, int newcomer, List<String> names)
            throws IOException {
        return authority()
                .sign(
                        certificateRequest,
                        NodePrincipals.distinguishedName(newcomer),
                        names,
                        SERVER_DAYS);
    }

    /** The authority's certificate, as text. */
    public String authorityCertificate() throws IOException {
        return Files.readString(file("ca.pem"));
    }

    /** Whether this node can make certificates. */
    public boolean holdsAuthority() {
        return Files.exists(file(AUTHORITY));
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private PrivateAuthority authority() {
        return new PrivateAuthority(file(AUTHORITY), keystorePassword());
    }

    private void issue(List<String> names) throws IOException {
        authority()
                .issue(
                        ALIAS,
                        NodePrincipals.distinguishedName(nodeId),
                        names,
                        SERVER_DAYS,
                        keystore());
        restrict(SERVER);
    }

    private void renewCertificate(List<String> names) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(keystore())) {
                store.load(in, keystorePassword().toCharArray());
            }
            X509Certificate certificate = (X509Certificate) store.getCertificate(ALIAS);
            Set<String> certified = new TreeSet<>();
            for (List<?> name : certificate.getSubjectAlternativeNames()) {
                certified.add(String.valueOf(name.get(1)));
            }
            boolean complete =
                    names.stream()
                            .map(name -> name.substring(name.indexOf(':') + 1))
                            .allMatch(certified::contains);
            Instant made = Files.getLastModifiedTime(keystore()).toInstant();
            boolean ownName =
                    certificate
                            .getSubjectX500Principal()
                            .getName()
                            .equals(NodePrincipals.distinguishedName(nodeId));
            boolean old = made.plus(RENEWED_AFTER).isBefore(Instant.now());
            if (complete && ownName && !old) {
                return;
            }
            if (holdsAuthority()) {
                issue(names);
            } else if (old || !ownName) {
                LOG.warn(
                        "the certificate in {} is {}, and the authority's key is not here. {}",
                        keystore(),
                        old ? "about to expire" : "not that of node " + nodeId,
                        "docs/cluster.md says how to renew it");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate in " + keystore() + " cannot be read", e);
        }
    }

    /** Writes what clients need to reach the node at this address. */
    public void writeClientFiles(String bootstrap) throws IOException {
        String authority = file("ca.pem").toString();
        write(
                "client.properties",
                """
                # Written by naru start --secure, at every start.
                bootstrap.servers=%s
                security.protocol=SASL_SSL
                ssl.truststore.type=PEM
                ssl.truststore.location=%s
                sasl.mechanism=SCRAM-SHA-512
                sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="%s" password="%s";
                """
                        .formatted(bootstrap, escaped(authority), user(), password()));
        write(
                "kcat.conf",
                """
                # Written by naru start --secure, at every start.
                bootstrap.servers=%s
                security.protocol=SASL_SSL
                ssl.ca.location=%s
                sasl.mechanisms=SCRAM-SHA-512
                sasl.username=%s
                sasl.password=%s
                """
                        .formatted(bootstrap, authority, user(), password()));
    }

    /** A backslash begins an escape in a properties file. */
    private static String escaped(String path) {
        return path.replace("\\", "\\\\");
    }

    private void write(String name, String content) throws IOException {
        Path file = file(name);
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        restrict(name);
        Files.writeString(file, content, StandardCharsets.UTF_8);
    }

    private void restrict(String name) throws IOException {
        Files.setPosixFilePermissions(file(name), PosixFilePermissions.fromString("rw-------"));
    }

    private String known(String key) {
        return Objects.requireNonNull(secrets.getProperty(key), SECRETS + " has no " + key);
    }

    /** Where the files stand. */
    public Path folder() {
        return folder;
    }

    /** Where the file of this short name stands. */
    public Path file(String name) {
        return folder.resolve(PREFIX + name);
    }

    public Path keystore() {
        return file(SERVER);
    }

    public String keystorePassword() {
        return known(KEYSTORE_KEY);
    }

    /** Whether the first user is known here; a node that has joined does not know one. */
    public boolean knowsUser() {
        return secrets.containsKey(USER_KEY);
    }

    public String user() {
        return known(USER_KEY);
    }

    public String password() {
        return known(PASSWORD_KEY);
    }

    /** With which delegation tokens are made; the same on all nodes. */
    public String tokenKey() {
        return known(TOKEN_KEY);
    }
}
