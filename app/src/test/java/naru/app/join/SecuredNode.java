package naru.app.join;

import naru.app.secure.SecureSettings;
import naru.app.secure.SecurityFiles;
import naru.broker.Node;
import naru.broker.StartException;
import naru.broker.config.NodeConfig;
import naru.broker.login.FirstUser;
import naru.broker.newcomer.Newcomers;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateDelegationTokenOptions;
import org.apache.kafka.common.security.token.delegation.DelegationToken;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A node as {@code naru start --secure} makes it, in this JVM, on ports that are free. */
final class SecuredNode implements AutoCloseable {
    private static final int BOUND_SECONDS = 60;

    private final Map<String, String> settings = new TreeMap<>();
    private final SecurityFiles security;
    private final JoinEndpoint endpoint;
    private final Node node;

    SecuredNode(Path folder) throws IOException, StartException {
        settings.put("log.dirs", folder.toString());
        settings.put("listeners", "SASL_SSL://127.0.0.1:0");
        settings.put("naru.loops", "1");
        security = new SecureSettings(settings).complete();
        endpoint = JoinEndpoint.bind(security, settings);
        node =
                Node.start(
                        NodeConfig.parse(settings),
                        (message, cause) -> {
                            throw new AssertionError(message, cause);
                        });
        node.add(new FirstUser(security.user(), security.password()));
        endpoint.serve(node.newcomers());
    }

    Newcomers newcomers() {
        return node.newcomers();
    }

    String clusterId() {
        return node.clusterId();
    }

    String address() {
        return "127.0.0.1:" + endpoint.port();
    }

    /** Another one with the same authority. */
    JoinEndpoint anotherEndpoint() throws IOException {
        Map<String, String> own = new TreeMap<>(settings);
        own.put("naru.cluster.listeners", "https://127.0.0.1:0");
        JoinEndpoint another = JoinEndpoint.bind(security, own);
        another.serve(node.newcomers());
        return another;
    }

    Admin admin(String user, String password) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", node.bootstrap().getFirst());
        properties.put("security.protocol", "SASL_SSL");
        properties.put("ssl.truststore.type", "PEM");
        properties.put("ssl.truststore.location", security.file("ca.pem").toString());
        properties.put("sasl.mechanism", "SCRAM-SHA-512");
        properties.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(user, password));
        return Admin.create(properties);
    }

    Admin admin() {
        return admin(security.user(), security.password());
    }

    /** What {@code naru cluster invite} would put into a token. */
    Invitation.Secret secret(Admin admin, long lifetimeMillis)
            throws ExecutionException, InterruptedException, TimeoutException {
        DelegationToken token =
                admin.createDelegationToken(
                                new CreateDelegationTokenOptions().maxLifetimeMs(lifetimeMillis))
                        .delegationToken()
                        .get(BOUND_SECONDS, TimeUnit.SECONDS);
        return new Invitation.Secret(
                List.of(address()),
                fingerprint(),
                token.tokenInfo().tokenId(),
                token.hmacAsBase64String());
    }

    private String fingerprint() {
        try {
            return FingerprintTrust.fingerprint(certificate(security.authorityCertificate()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static X509Certificate certificate(String text) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(
                                    new ByteArrayInputStream(
                                            text.getBytes(StandardCharsets.US_ASCII)));
        } catch (CertificateException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        endpoint.close();
        node.close();
    }
}
