package naru.quorum.network;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Carries requests to other nodes' controller listeners. All that the nodes of a quorum tell one
 * another goes this way.
 */
public interface ControllerNetwork extends AutoCloseable {
    /**
     * What must not wait for one another: each lane to a node is a connection of its own, whose
     * requests are answered in order.
     */
    enum Lane {
        /** Votes, fetches and snapshots of the metadata log. */
        RAFT,
        /** Registrations and heartbeats. */
        MEMBERSHIP,
        /** What a broker asks for its partitions and producers. */
        PARTITIONS,
        /** What clients asked. */
        CLIENTS
    }

    /**
     * Sends the request, connecting first where needed. Never throws and never blocks.
     *
     * <p>The future fails with {@code DisconnectException} when there is no connection or it was
     * lost or silent for the time-out, with {@code AuthenticationException}, or with {@code
     * UnsupportedVersionException} when the other side does not know the request.
     *
     * @param destination as the quorum knows it; ids below 0 are addresses whose id is not known
     */
    CompletableFuture<AbstractResponse> send(
            Lane lane, Node destination, AbstractRequest.Builder<?> request, Duration timeout);

    /**
     * Whether nobody listens at the address: its machine is there and refuses the connection. Never
     * throws, never blocks, and is false also when nothing can be said within a second.
     */
    CompletableFuture<Boolean> refuses(Node address);

    /** What is on its way fails as disconnected. */
    @Override
    void close();
}
