package naru.quorum.network;

import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;

/** A request that waits for its connection, then for its answer. */
record Outbound(
        LaneNode destination,
        AbstractRequest.Builder<?> request,
        long deadlineMillis,
        CompletableFuture<AbstractResponse> answer) {

    void onResponse(ClientResponse response) {
        if (response.versionMismatch() != null) {
            answer.completeExceptionally(response.versionMismatch());
        } else if (response.authenticationException() != null) {
            answer.completeExceptionally(response.authenticationException());
        } else if (response.wasDisconnected() || !response.hasResponse()) {
            fail(null, "the connection was lost before the answer");
        } else {
            answer.complete(response.responseBody());
        }
    }

    void fail(@Nullable AuthenticationException refusal, String reason) {
        answer.completeExceptionally(
                refusal != null
                        ? refusal
                        : new DisconnectException(
                                "%s to %s:%d: %s"
                                        .formatted(
                                                request.apiKey(),
                                                destination.host(),
                                                destination.port(),
                                                reason)));
    }
}
