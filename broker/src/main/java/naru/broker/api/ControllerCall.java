package naru.broker.api;

import naru.broker.quota.ClientQuotas;
import naru.broker.quota.Mutations;
import naru.broker.transport.Request;
import naru.quorum.ClusterController.Caller;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** A request that the controller answers. */
final class ControllerCall {
    private ControllerCall() {}

    static Caller caller(Request request, int timeoutMillis) {
        return caller(request, timeoutMillis, partitions -> {});
    }

    /**
     * @param partitionChanges told of partitions that are created and deleted
     */
    static Caller caller(Request request, int timeoutMillis, IntConsumer partitionChanges) {
        return new Caller(
                request.principal(),
                clientId(request),
                request.version(),
                timeoutMillis,
                request.clientAddress(),
                partitionChanges);
    }

    /**
     * What the request may create and delete.
     *
     * @param strictSince first version whose clients understand THROTTLING_QUOTA_EXCEEDED (KIP-599)
     */
    static Mutations mutations(ClientQuotas quotas, Request request, int strictSince) {
        return quotas.mutations(
                request.principal().getName(), clientId(request), request.version() >= strictSince);
    }

    private static String clientId(Request request) {
        String clientId = request.header().clientId();
        return clientId == null ? "" : clientId;
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
