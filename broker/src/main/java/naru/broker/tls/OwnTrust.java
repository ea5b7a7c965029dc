package naru.broker.tls;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How clients of this process reach listeners of this process, and those of its cluster: they take
 * the very certificates that are shown here, whatever names these have, and others that are
 * trusted; where they are asked for one, they show the first of these.
 *
 * <p>Threads: any. Each handshake looks at the keys as they are then.
 */
public final class OwnTrust {
    private OwnTrust() {}

    /**
     * @param here one or more
     * @param trust whose settings say whom to trust besides
     * @throws GeneralSecurityException when the keys cannot be used
     */
    public static SSLContext context(List<TlsKeys> here, TlsKeys trust)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new Shown(here.getFirst())},
                new TrustManager[] {new Trusting(List.copyOf(here), others(trust.trusted()))},
                null);
        return context;
    }

    private static X509ExtendedTrustManager others(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager each : factory.getTrustManagers()) {
            if (each instanceof X509ExtendedTrustManager usable) {
                return usable;
            }
        }
        throw new KeyStoreException("this Java trusts nobody");
    }

    private static final class Trusting extends X509ExtendedTrustManager {
        private final List<TlsKeys> here;
        private final X509ExtendedTrustManager others;

        Trusting(List<TlsKeys> here, X509ExtendedTrustManager others) {
            this.here = here;
            this.others = others;
        }

        private boolean isShownHere(X509Certificate[] chain) {
            return chain.length > 0 && here.stream().anyMatch(keys -> shows(keys, chain[0]));
        }

        private static boolean shows(TlsKeys keys, X509Certificate wanted) {
            KeyStore store = keys.shown();
            try {
                for (String alias : Collections.list(store.aliases())) {
                    Certificate shown = store.getCertificate(alias);
                    if (store.isKeyEntry(alias) && wanted.equals(shown)) {
                        return true;
                    }
                }
            } catch (KeyStoreException unread) {
                throw new IllegalStateException("a key store that was loaded", unread);
            }
            return false;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            if (!isShownHere(chain)) {
                others.checkServerTrusted(chain, type, engine);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            if (!isShownHere(chain)) {
                others.checkServerTrusted(chain, type, socket);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            if (!isShownHere(chain)) {
                others.checkServerTrusted(chain, type);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("no server");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("no server");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static final class Shown extends X509ExtendedKeyManager {
        private final TlsKeys keys;

        Shown(TlsKeys keys) {
            this.keys = keys;
        }

        private X509ExtendedKeyManager now() {
            try {
                KeyManagerFactory factory =
                        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(keys.shown(), keys.protection());
                for (KeyManager each : factory.getKeyManagers()) {
                    if (each instanceof X509ExtendedKeyManager usable) {
                        return usable;
                    }
                }
                throw new KeyStoreException("no key");
            } catch (GeneralSecurityException unusable) {
                throw new IllegalStateException("keys that are in use", unusable);
            }
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            return now().getClientAliases(type, issuers);
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return now().chooseClientAlias(types, issuers, socket);
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return now().chooseEngineClientAlias(types, issuers, engine);
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return now().getCertificateChain(alias);
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return now().getPrivateKey(alias);
        }
    }
}
