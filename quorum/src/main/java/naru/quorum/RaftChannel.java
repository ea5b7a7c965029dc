package naru.quorum;

import naru.quorum.network.ControllerNetwork;
import naru.quorum.network.MessageRequest;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.raft.NetworkChannel;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;
import org.apache.kafka.raft.RaftUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Raft's messages on the network between controllers. What does not get through is answered with an
 * error on which Raft tries again; a refused login too, because keys and passwords are changed
 * while nodes run.
 *
 * <p>Threads: sends on the Raft thread, answers on the network's.
 */
final class RaftChannel implements NetworkChannel {
    private static final Logger LOG = LoggerFactory.getLogger(RaftChannel.class);

    private final ControllerNetwork network;
    private final ListenerName listenerName;
    private final Duration timeout;
    private final AtomicInteger correlationIds = new AtomicInteger();
    private volatile String refusal = "";

    RaftChannel(ControllerNetwork network, ListenerName listenerName, Duration timeout) {
        this.network = network;
        this.listenerName = listenerName;
        this.timeout = timeout;
    }

    @Override
    public int newCorrelationId() {
        return correlationIds.getAndIncrement();
    }

    @Override
    public void send(RaftRequest.Outbound request) {
        var _ =
                network.send(
                                ControllerNetwork.Lane.RAFT,
                                request.destination(),
                                new MessageRequest(request.data()),
                                timeout)
                        .whenComplete((response, failure) ->
                                request.completion.complete(
                                        new RaftResponse.Inbound(
                                                request.correlationId(),
                                                message(request, response, failure),
                                                request.destination())));
    }

    private ApiMessage message(
            RaftRequest.Outbound request,
            @Nullable AbstractResponse response,
            @Nullable Throwable failure) {
        if (response != null) {
            Errors stranger = strangersRefusal(response);
            if (stranger == null) {
                refusal = "";
                return response.data();
            }
            tell(request, stranger.exception());
        }
        Errors error = Errors.BROKER_NOT_AVAILABLE;
        if (failure instanceof UnsupportedVersionException) {
            error = Errors.UNSUPPORTED_VERSION;
            tell(request, failure);
        } else if (failure instanceof AuthenticationException) {
            tell(request, failure);
        }
        return RaftUtil.errorResponse(ApiKeys.forId(request.data().apiKey()), error);
    }

    /**
     * Whoever answers so is not of this quorum, or does not trust this node: somebody else has its
     * port by now, or it is set up wrongly. Raft would end the node for the one and fill the log
     * for the other.
     */
    private static @Nullable Errors strangersRefusal(AbstractResponse response) {
        for (Errors error :
                List.of(Errors.CLUSTER_AUTHORIZATION_FAILED, Errors.INCONSISTENT_CLUSTER_ID)) {
            if (response.errorCounts().containsKey(error)) {
                return error;
            }
        }
        return null;
    }

    /** Once for each reason; who is asked again and again would fill the log. */
    private void tell(RaftRequest.Outbound request, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (!message.equals(refusal)) {
            refusal = message;
            LOG.error("The controller at {} refuses this node: {}", request.destination(), message);
        }
    }

    @Override
    public ListenerName listenerName() {
        return listenerName;
    }

    /** The network belongs to the node and outlives this. */
    @Override
    public void close() {}
}
