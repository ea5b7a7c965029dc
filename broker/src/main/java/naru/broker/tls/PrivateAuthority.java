package naru.broker.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority of one cluster, kept in a PKCS12 file, and the certificates it gives. The
 * certificates themselves are made by the JDK's {@code keytool}, as a process of its own; passwords
 * reach it through its environment.
 *
 * <p>Threads: one at a time.
 */
public final class PrivateAuthority {
    private static final String AUTHORITY = "authority";
    private static final int PEM_COLUMNS = 64;

    private final Path file;
    private final String password;

    /**
     * @param file is made by {@link #create} or was made by it before
     */
    public PrivateAuthority(Path file, String password) {
        this.file = file;
        this.password = password;
    }

    /** Makes the authority's own key and certificate. */
    public void create(String distinguishedName, int validDays) throws IOException {
        keytool(
                "-genkeypair",
                AUTHORITY,
                distinguishedName,
                validDays,
                List.of("-ext", "bc:c=ca:true,pathlen:0", "-ext", "ku:c=keyCertSign,cRLSign"));
    }

    /**
     * Makes a key and a certificate for it, in a PKCS12 file with the same password.
     *
     * @param names as {@code dns:HOST} and {@code ip:ADDRESS}; none for a client
     */
    public void issue(
            String alias,
            String distinguishedName,
            List<String> names,
            int validDays,
            Path keystore)
            throws IOException {
        List<String> extensions = new ArrayList<>();
        extensions.addAll(List.of("-signer", AUTHORITY, "-ext", "ku:c=digitalSignature"));
        extensions.addAll(
                List.of("-ext", names.isEmpty() ? "eku=clientAuth" : "eku=serverAuth,clientAuth"));
        if (!names.isEmpty()) {
            extensions.addAll(List.of("-ext", "san=" + String.join(",", names)));
        }
        keytool("-genkeypair", alias, distinguishedName, validDays, extensions);
        moveEntry(alias, keystore);
    }

    private void keytool(
            String command,
            String alias,
            String distinguishedName,
            int validDays,
            List<String> more)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command, "-alias", alias));
        arguments.addAll(Keytool.ELLIPTIC);
        arguments.addAll(
                List.of("-dname", distinguishedName, "-validity", Integer.toString(validDays)));
        arguments.addAll(more);
        Keytool.run(file, password, arguments, "");
    }

    /**
     * Signs a key that is somebody else's.
     *
     * @param request in PKCS#10, as text; of what it asks for only the key is taken
     * @param names as {@code dns:HOST} and {@code ip:ADDRESS}, checked by the caller
     * @return the certificate, as text
     */
    public String sign(String request, String distinguishedName, List<String> names, int validDays)
            throws IOException {
        return Keytool.run(
                file,
                password,
                List.of(
                        "-gencert",
                        "-rfc",
                        "-alias",
                        AUTHORITY,
                        "-dname",
                        distinguishedName,
                        "-startdate",
                        "-1H",
                        "-validity",
                        Integer.toString(validDays),
                        "-ext",
                        "ku:c=digitalSignature",
                        "-ext",
                        "eku=serverAuth,clientAuth",
                        "-ext",
                        "san=" + String.join(",", names)),
                request);
    }

    /** A node's own key has no place in the file of the authority. */
    private void moveEntry(String alias, Path keystore) throws IOException {
        try {
            char[] secret = password.toCharArray();
            KeyStore authority = load();
            Key key = authority.getKey(alias, secret);
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry(alias, key, secret, authority.getCertificateChain(alias));
            store(own, keystore);
            authority.deleteEntry(alias);
            store(authority, file);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate cannot be put into " + keystore, e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        return store;
    }

    private void store(KeyStore store, Path to) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(to)) {
            store.store(out, password.toCharArray());
        }
    }

    /** The authority's certificate, as OpenSSL and all that is written with it read it. */
    public String certificate() throws IOException {
        try {
            return pem("CERTIFICATE", load().getCertificate(AUTHORITY).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate in " + file + " cannot be read", e);
        }
    }

    /** The key and the certificates of a file that {@link #issue} made. */
    public String keyAndCertificates(String alias, Path keystore) throws IOException {
        try {
            PrivateAuthority other = new PrivateAuthority(keystore, password);
            KeyStore store = other.load();
            StringBuilder text = new StringBuilder();
            text.append(
                    pem("PRIVATE KEY", store.getKey(alias, password.toCharArray()).getEncoded()));
            for (Certificate each : Arrays.asList(store.getCertificateChain(alias))) {
                text.append(pem("CERTIFICATE", each.getEncoded()));
            }
            return text.toString();
        } catch (GeneralSecurityException e) {
            throw new IOException("the key in " + keystore + " cannot be read", e);
        }
    }

    /** Writes the authority's certificate into a PKCS12 file for those who are to trust it. */
    public void writeTruststore(Path truststore) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(AUTHORITY, load().getCertificate(AUTHORITY));
            store(store, truststore);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate in " + file + " cannot be copied", e);
        }
    }

    private static String pem(String kind, byte[] bytes) {
        String body = Base64.getMimeEncoder(PEM_COLUMNS, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n";
    }
}
