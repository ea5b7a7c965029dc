package naru.broker.replication;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;

import java.io.IOException;

/**
 * A connection of its own to one broker, for one fetcher. It connects when it is first asked, and
 * again after a failure, to the address that the broker has then.
 *
 * <p>Threads: {@link #exchange} by one thread; {@link #abort} by any.
 */
public interface PeerConnection extends AutoCloseable {
    /**
     * Sends the request and waits for its answer.
     *
     * @throws IOException when there is none: not connected, disconnected, timed out, not let in,
     *     aborted. The next exchange connects anew.
     */
    ApiMessage exchange(AbstractRequest.Builder<?> request) throws IOException;

    /** Ends a waiting exchange and refuses further ones. */
    void abort();

    @Override
    void close();
}
