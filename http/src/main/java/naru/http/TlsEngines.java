package naru.http;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/** The keys of a listener. Any thread asks. */
public interface TlsEngines {
    /** The server's side of a new connection, with the keys that are valid at that moment. */
    SSLEngine newEngine();

    /**
     * Whom the client's certificate names.
     *
     * @param session of a client that has shown one, which was verified
     * @throws Refusal 401 when the certificate names no user
     */
    String user(SSLSession session);
}
