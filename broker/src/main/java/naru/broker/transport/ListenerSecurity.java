package naru.broker.transport;

import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/** How the connections of a listener are protected. Called by every loop; answers at once. */
public interface ListenerSecurity {
    /** Everybody is welcome, and nothing is encrypted. */
    ListenerSecurity NONE = new ListenerSecurity() {};

    /** Whether a connection has to show anything before it is served. */
    default boolean isProtected() {
        return false;
    }

    /** How long a connection may take for that. */
    default long timeoutMillis() {
        return Long.MAX_VALUE / 8;
    }

    /** The server's side of a new TLS connection, or null when the listener speaks plain. */
    default @Nullable SSLEngine newEngine(InetAddress client) {
        return null;
    }

    /**
     * Who the transport alone says a new connection is.
     *
     * @throws IOException when it is nobody who may come in
     */
    default KafkaPrincipal principal(@Nullable SSLSession session, InetAddress client)
            throws IOException {
        return KafkaPrincipal.ANONYMOUS;
    }

    /** The transport alone has shown that a connection may not come in. */
    default void onRefused(InetAddress client, String reason) {}

    /** What a new connection has to pass before it is served, or null for nothing. */
    default @Nullable Login newLogin(@Nullable SSLSession session, InetAddress client) {
        return null;
    }
}
