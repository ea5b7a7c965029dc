package naru.broker.api;

import naru.broker.transport.Request;
import naru.quorum.ClusterController.Caller;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

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
        reply.whenComplete(answering(request, request::reply));
    }

    /**
     * What is to be done with an outcome so that the request is answered however it turns out: a
     * failure answers it, and so does a step that fails, which nobody else would hear of.
     */
    static <T> BiConsumer<@Nullable T, @Nullable Throwable> answering(
            Request request, Consumer<? super T> step) {
        return (outcome, failure) -> {
            if (failure != null) {
                request.fail(failure);
                return;
            }
            try {
                step.accept(outcome);
            } catch (RuntimeException | Error e) {
                request.fail(e);
            }
        };
    }
}
