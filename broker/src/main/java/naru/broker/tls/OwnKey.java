package naru.broker.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * A key that never leaves this machine and the certificate that an authority elsewhere gives for
 * it, in a PKCS12 file.
 *
 * <p>Threads: one at a time.
 */
public final class OwnKey {
    private static final String SELF_SIGNED_DAYS = "1";

    private final Path file;
    private final String alias;
    private final String password;

    public OwnKey(Path file, String alias, String password) {
        this.file = file;
        this.alias = alias;
        this.password = password;
    }

    /** Makes the key, and the text by which a certificate for it is asked for (PKCS#10). */
    public String create() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", alias));
        arguments.addAll(Keytool.ELLIPTIC);
        arguments.addAll(List.of("-dname", "CN=" + alias, "-validity", SELF_SIGNED_DAYS));
        Keytool.run(file, password, arguments, "");
        return Keytool.run(file, password, List.of("-certreq", "-alias", alias), "");
    }

    /**
     * Takes the certificate over.
     *
     * @param certificate as text
     * @param authority as text, whose signature is verified
     */
    public void certify(String certificate, String authority) throws IOException {
        try {
            char[] secret = password.toCharArray();
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, secret);
            }
            Certificate signed = parse(certificate);
            Certificate signer = parse(authority);
            signed.verify(signer.getPublicKey());
            Key key = store.getKey(alias, secret);
            if (!signed.getPublicKey().equals(store.getCertificate(alias).getPublicKey())) {
                throw new IOException("the certificate is for another key than that in " + file);
            }
            store.setKeyEntry(alias, key, secret, new Certificate[] {signed, signer});
            try (OutputStream out = Files.newOutputStream(file)) {
                store.store(out, secret);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate cannot be put into " + file + ": " + e, e);
        }
    }

    private static Certificate parse(String text) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
