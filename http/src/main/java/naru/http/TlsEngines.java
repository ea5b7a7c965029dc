package naru.http;

import javax.net.ssl.SSLEngine;

/** Makes the server's side of TLS connections, with the keys that are valid at that moment. */
@FunctionalInterface
public interface TlsEngines {
    SSLEngine newEngine();
}
