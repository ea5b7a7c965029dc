package naru.broker.tls;

import org.apache.kafka.common.config.types.Password;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** An authority, a server and a client of it, as files in a folder, and sockets that use them. */
public final class TestKeys {
    public static final String PASSWORD = "test-password";

    private final Path folder;
    private final PrivateAuthority authority;

    public TestKeys(Path folder) throws IOException {
        this.folder = folder;
        this.authority = new PrivateAuthority(folder.resolve("authority.p12"), PASSWORD);
        authority.create("CN=Test Authority", 30);
        authority.writeTruststore(truststore());
        issueServer(server());
        authority.issue("client", "CN=alice,OU=People,O=Example", List.of(), 30, client());
    }

    public void issueServer(Path keystore) throws IOException {
        authority.issue(
                "server", "CN=server", List.of("dns:localhost", "ip:127.0.0.1"), 30, keystore);
    }

    public Path server() {
        return folder.resolve("server.p12");
    }

    public Path client() {
        return folder.resolve("client.p12");
    }

    public Path truststore() {
        return folder.resolve("trust.p12");
    }

    public PrivateAuthority authority() {
        return authority;
    }

    /** Of a listener, in Kafka's names. */
    public Map<String, Object> settings(Path keystore, String clientAuthentication) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("ssl.protocol", "TLSv1.3");
        settings.put("ssl.enabled.protocols", List.of("TLSv1.2", "TLSv1.3"));
        settings.put("ssl.keymanager.algorithm", KeyManagerFactory.getDefaultAlgorithm());
        settings.put("ssl.trustmanager.algorithm", TrustManagerFactory.getDefaultAlgorithm());
        settings.put("ssl.cipher.suites", List.of());
        settings.put("ssl.client.auth", clientAuthentication);
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", keystore.toString());
        settings.put("ssl.keystore.password", new Password(PASSWORD));
        settings.put("ssl.truststore.type", "PKCS12");
        settings.put("ssl.truststore.location", truststore().toString());
        settings.put("ssl.truststore.password", new Password(PASSWORD));
        return settings;
    }

    /** A client's socket that trusts the authority and speaks this protocol only. */
    public SSLSocket connect(int port, String protocol, boolean withCertificate)
            throws IOException {
        try {
            SSLContext context = context(withCertificate);
            SSLSocket socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(InetAddress.getLoopbackAddress(), port);
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setSoTimeout(20_000);
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    public SSLContext context(boolean withCertificate)
            throws IOException, GeneralSecurityException {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(load(truststore()));
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(withCertificate ? load(client()) : null, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }
}
