package naru.broker.transport;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who is at the other end of one connection, before and again while it is served. Called
 * on the connection's loop only; so are its handlers, which answer as any others do.
 */
public interface Login {
    /** Whether the connection has shown who it is. */
    boolean isComplete();

    /** Who it is; anonymous until then. */
    KafkaPrincipal principal();

    /** Largest frame that is taken now. */
    int frameBytesMost(int usual);

    /**
     * Whether the next frame is the bytes of a token and no request. It is then handed to the
     * handler of SaslAuthenticate as one of version 0, and the answer's bytes are sent bare.
     */
    boolean expectsBareToken();

    /**
     * What serves this request kind now: the login itself, or {@code usual}. Null when nothing does
     * and the connection must end.
     */
    @Nullable RequestHandler handler(ApiKeys api, @Nullable RequestHandler usual);
}
