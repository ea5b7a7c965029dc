package naru.broker.transport;

import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

import javax.net.ssl.SSLSession;

/**
 * How the client of a connection shows who it is: by the link first, then by a login, and within a
 * time. Owned by the loop's thread.
 */
final class Admission {
    private final Connection connection;
    private final Link link;
    private final HeldMemory memory;
    private final ListenerSecurity security;
    private KafkaPrincipal principal = KafkaPrincipal.ANONYMOUS;
    private @Nullable Login login;
    private @Nullable Timeout patience;
    private boolean identified;

    Admission(Connection connection, Link link, HeldMemory memory) {
        this.connection = connection;
        this.link = link;
        this.memory = memory;
        this.security = connection.listener().security();
    }

    void begin() {
        if (security.isProtected()) {
            connection.loop().strangerCame(connection);
            long most = security.timeoutMillis();
            patience =
                    connection
                            .loop()
                            .after(
                                    most,
                                    () ->
                                            connection.close(
                                                    "it did not show who it is in "
                                                            + most
                                                            + " ms"));
        }
        look();
    }

    /** Asks the link, and then the login, whether they know by now. */
    void look() {
        if (identified || !connection.isOpen() || !link.isEstablished()) {
            return;
        }
        if (login == null) {
            SSLSession session = link.session();
            if (session != null) {
                count(TransportStats.Total.HANDSHAKES);
            }
            try {
                principal = security.principal(session, connection.clientAddress());
            } catch (IOException e) {
                String reason = String.valueOf(e.getMessage());
                security.onRefused(connection.clientAddress(), reason);
                connection.close(reason);
                return;
            }
            login = security.newLogin(session, connection.clientAddress());
        }
        if (login == null || login.isComplete()) {
            identified = true;
            memory.admit();
            if (login != null) {
                count(TransportStats.Total.LOGINS);
            }
            forgetStranger();
        }
    }

    @Nullable Login login() {
        return login;
    }

    KafkaPrincipal principal() {
        return login == null ? principal : login.principal();
    }

    /** The connection has ended. */
    void end() {
        if (!identified) {
            count(
                    link.isEstablished()
                            ? TransportStats.Total.LOGINS_FAILED
                            : TransportStats.Total.HANDSHAKES_FAILED);
            String refusal = link.refusal();
            if (refusal != null) {
                security.onRefused(connection.clientAddress(), refusal);
            }
            forgetStranger();
        }
    }

    private void forgetStranger() {
        if (patience != null) {
            patience.cancel();
            connection.loop().strangerWent(connection);
        }
    }

    private void count(TransportStats.Total what) {
        connection.loop().stats().add(what, 1);
    }
}
