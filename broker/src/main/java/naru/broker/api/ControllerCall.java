package naru.broker.api;

import naru.broker.transport.Request;
import naru.quorum.ClusterController.Caller;

import org.apache.kafka.common.protocol.ApiMessage;

import java.util.concurrent.CompletableFuture;

/** A request that the controller answers. */
final class ControllerCall {
    private ControllerCall() {}

    static Caller caller(Request request, int timeoutMillis) {
        String clientId = request.header().clientId();
        return new Caller(
                request.principal(),
                clientId == null ? "" : clientId,
                request.version(),
                timeoutMillis);
    }

    /** Answers the request with what the controller replies, when it does. */
    static void answer(Request request, CompletableFuture<? extends ApiMessage> reply) {
        reply.whenComplete((response, failure) -> {
            if (failure != null) {
                request.fail(failure);
            } else {
                request.reply(response);
            }
        });
    }
}
