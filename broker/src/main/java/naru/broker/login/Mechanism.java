package naru.broker.login;

import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/** One way to log in, as a listener offers it. Any thread. */
interface Mechanism extends AutoCloseable {
    /** The server's side of one exchange. */
    SaslServer newServer() throws SaslException;

    @Override
    default void close() {}
}
