package naru.broker.transport;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * One decoded request, to be answered exactly once, by whatever thread. The next request of the
 * same connection is read only after that.
 *
 * <p>Memory: the body's record bytes lie in the loop's read buffer and are valid only until {@code
 * handle} returns on the loop's thread; everything else in the body may be kept.
 */
public interface Request {
    ApiKeys api();

    short version();

    RequestHeader header();

    /** The request's generated message, for example {@code ProduceRequestData}. */
    ApiMessage body();

    /** Who asks: what the connection had shown when the request came. */
    KafkaPrincipal principal();

    InetAddress clientAddress();

    default int clientPort() {
        return 0;
    }

    /** What the client said of itself when it asked for the versions we serve. */
    default ClientSoftware software() {
        return ClientSoftware.UNKNOWN;
    }

    /** Whether another broker passes it on in the client's name (KIP-590). */
    default boolean isForwarded() {
        return false;
    }

    /** Name of the listener on which the client came. */
    String listenerName();

    /** The address on which the client reached us. */
    InetSocketAddress localAddress();

    /** Identifies the connection for as long as the node runs. */
    long connectionId();

    /**
     * Counts bytes of the body that are kept until the answer, on the loop's thread; false when
     * there is no room for more of what waits.
     */
    boolean retain(int bytes);

    /**
     * Has the client be told to be silent for so long after the answer, and its connection not be
     * read meanwhile. Called by the thread that then answers.
     */
    default void throttle(int millis) {}

    /** Answers with the response message of the same API. */
    void reply(ApiMessage response);

    /** Answers, and ends the connection when the answer has left. */
    void replyLast(ApiMessage response);

    /**
     * Answers with the error in every place of the response that has room for it (top level,
     * topics).
     */
    void reply(Errors error, String message);

    /**
     * Answers with the Kafka error that the throwable stands for; a bug is logged and
     * UNKNOWN_SERVER_ERROR.
     */
    void fail(Throwable cause);

    /** The client asked for no answer (acks=0): go on with the next request. */
    void noReply();

    /**
     * Runs the task on the loop that owns this request's connection: at the end of the present pass
     * when called on that loop, else as soon as it has been woken.
     */
    void onLoop(Runnable task);

    /** Runs the task on the request's loop after the delay, unless cancelled before. */
    Timeout after(long delayMillis, Runnable task);

    /** Ends the connection, for the reason given in the log at debug level. */
    void close(String reason);
}
