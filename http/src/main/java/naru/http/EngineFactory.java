package naru.http;

import org.eclipse.jetty.util.ssl.SslContextFactory;

import java.security.NoSuchAlgorithmException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Lets Jetty use engines that somebody else makes, so that keys are renewed at one place. */
final class EngineFactory extends SslContextFactory.Server {
    private final TlsEngines engines;

    EngineFactory(TlsEngines engines) {
        this.engines = engines;
        try {
            // Never used for a connection; without one Jetty asks for a key store.
            setSslContext(SSLContext.getDefault());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this Java has no TLS", impossible);
        }
    }

    @Override
    public SSLEngine newSSLEngine() {
        return serverSide(engines.newEngine());
    }

    @Override
    public SSLEngine newSSLEngine(String host, int port) {
        return serverSide(engines.newEngine());
    }

    private static SSLEngine serverSide(SSLEngine engine) {
        engine.setUseClientMode(false);
        return engine;
    }
}
