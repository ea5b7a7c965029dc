package naru.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

class TlsKeysTest {
    @TempDir static Path keyFolder;
    private static TestKeys made;
    private static Path other;

    @TempDir Path folder;
    private Path file;
    private long modifiedMillis = 1_000_000;

    @BeforeAll
    static void make() throws IOException {
        made = new TestKeys(keyFolder);
        other = keyFolder.resolve("other.p12");
        made.issueServer(other);
    }

    @BeforeEach
    void copy() throws IOException {
        file = folder.resolve("server.p12");
        put(made.server());
    }

    private void put(Path keystore) throws IOException {
        Files.copy(keystore, file, StandardCopyOption.REPLACE_EXISTING);
        touch();
    }

    private void touch() throws IOException {
        modifiedMillis += 5_000;
        Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMillis));
    }

    @Test
    void settingsThatCannotBeUsedAreRefusedWithTheCauseAndChangeNothing() throws Exception {
        TlsKeys keys = new TlsKeys("TEST", made.settings(file, "none"));
        BigInteger before = shown(keys);

        assertThat(keys.refusal(made.settings(file, "required"))).isNull();
        assertThat(keys.refusal(made.settings(folder.resolve("gone.p12"), "none")))
                .contains("gone.p12");
        assertThat(keys.refusal(made.settings(made.client(), "none")))
                .as("a certificate of another name")
                .contains("DistinguishedName does not match");
        Map<String, Object> odd = made.settings(file, "none");
        odd.put("ssl.cipher.suites", List.of("NONE_OF_OURS"));
        assertThat(keys.refusal(odd)).contains("NONE_OF_OURS");

        assertThat(shown(keys)).isEqualTo(before);
    }

    /** The serial number of the certificate that a client is shown. */
    private static BigInteger shown(TlsKeys keys) throws Exception {
        SSLEngine server = keys.newEngine(InetAddress.getLoopbackAddress());
        SSLEngine client = made.context(false).createSSLEngine("localhost", 1);
        client.setUseClientMode(true);
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        for (int i = 0; i < 30 && client.getSession().getCipherSuite().contains("NULL"); i++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        X509Certificate certificate =
                (X509Certificate) client.getSession().getPeerCertificates()[0];
        return certificate.getSerialNumber();
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws Exception {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
            in.flip();
            engine.unwrap(in, ByteBuffer.allocate(1 << 16));
            in.compact();
        } else {
            engine.wrap(ByteBuffer.allocate(0), out);
        }
    }

    @Test
    void newConnectionsAreShownTheCertificateThatIsInTheFileNow() throws Exception {
        TlsKeys keys = new TlsKeys("TEST", made.settings(file, "none"));
        BigInteger first = shown(keys);
        keys.renewChangedFiles();
        assertThat(shown(keys)).isEqualTo(first);
        put(other);
        keys.renewChangedFiles();
        assertThat(shown(keys)).isNotEqualTo(first);
    }

    @Test
    void aBrokenFileLeavesTheOldKeysAndAMendedOneIsTaken() throws Exception {
        TlsKeys keys = new TlsKeys("TEST", made.settings(file, "none"));
        BigInteger first = shown(keys);
        Files.write(file, new byte[] {1, 2, 3});
        touch();
        keys.renewChangedFiles();
        assertThat(shown(keys)).isEqualTo(first);
        Files.delete(file);
        keys.renewChangedFiles();
        assertThat(shown(keys)).isEqualTo(first);
        put(other);
        keys.renewChangedFiles();
        assertThat(shown(keys)).isNotEqualTo(first);
    }

    @Test
    void otherSettingsTakeEffectAndUnusableOnesDoNot() throws Exception {
        TlsKeys keys = new TlsKeys("TEST", made.settings(file, "none"));
        BigInteger first = shown(keys);
        keys.use(made.settings(folder.resolve("missing.p12"), "none"));
        assertThat(shown(keys)).isEqualTo(first);
        keys.use(made.settings(other, "none"));
        assertThat(shown(keys)).isNotEqualTo(first);
    }

    @Test
    void keysAsPemTextServeAsWell() throws Exception {
        Path pem = folder.resolve("server.pem");
        Files.writeString(pem, made.authority().keyAndCertificates("server", made.server()));
        Map<String, Object> settings = new HashMap<>(made.settings(pem, "none"));
        settings.put("ssl.keystore.type", "PEM");
        settings.remove("ssl.keystore.password");
        assertThat(shown(new TlsKeys("TEST", settings)))
                .isEqualTo(shown(new TlsKeys("TEST", made.settings(made.server(), "none"))));
    }

    @Test
    void whatCannotBeReadIsToldWithoutItsPassword() throws Exception {
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> new TlsKeys("TEST", made.settings(file, "none")))
                .isInstanceOf(KafkaException.class)
                .satisfies(told ->
                        assertThat(TlsKeys.cause(told))
                                .contains(file.toString())
                                .doesNotContain(TestKeys.PASSWORD));
    }
}
