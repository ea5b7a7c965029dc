package naru.benchmarks.workload;

import naru.testkit.FreePorts;
import naru.testkit.TemporaryFolder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A TLS listener beside the plain one, the same for both products: one key of a certificate that
 * vouches for itself, in a PKCS12 file that servers and clients share.
 */
public final class EncryptedListener implements AutoCloseable {
    private static final String PASSWORD = "benchmark";

    private final TemporaryFolder folder;
    private final int port;

    private EncryptedListener(TemporaryFolder folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Makes the key with the JDK's keytool. */
    public static EncryptedListener create() throws IOException {
        EncryptedListener listener =
                new EncryptedListener(
                        TemporaryFolder.create("benchmark-key-"), FreePorts.find(1).getFirst());
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "server",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=localhost",
                                "-ext",
                                "SAN=ip:127.0.0.1,dns:localhost",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                listener.keys(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool ended with " + keytool.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return listener;
    }

    private String keys() {
        return folder.path().resolve("keys.p12").toString();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    String listener() {
        return "SSL://" + address();
    }

    Map<String, String> serverSettings() {
        return Map.of(
                "ssl.keystore.location",
                keys(),
                "ssl.keystore.password",
                PASSWORD,
                "ssl.key.password",
                PASSWORD,
                "ssl.keystore.type",
                "PKCS12");
    }

    Map<String, Object> clientConfigs() {
        return Map.of(
                "bootstrap.servers",
                address(),
                "security.protocol",
                "SSL",
                "ssl.truststore.location",
                keys(),
                "ssl.truststore.password",
                PASSWORD,
                "ssl.truststore.type",
                "PKCS12");
    }

    @Override
    public void close() {
        folder.close();
    }
}
