package naru.broker.replication;

import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;

import java.util.concurrent.CompletableFuture;

/**
 * The other brokers of the cluster, to be asked on their inter-broker listener. Any thread may ask;
 * nothing blocks.
 *
 * <p>Failures: the future fails with a Kafka {@code ApiException} when there is no answer: {@code
 * BrokerNotAvailableException} for a broker that is not known or fenced, {@code
 * DisconnectException}, {@code TimeoutException}, {@code AuthenticationException}. Whether the
 * request was carried out is then not known. Errors within an answer are the caller's.
 */
public interface Peers extends AutoCloseable {
    /** Of a node that has no other beside it. */
    Peers NONE =
            new Peers() {
                @Override
                public CompletableFuture<ApiMessage> ask(
                        int broker, AbstractRequest.Builder<?> request, int timeoutMillis) {
                    return CompletableFuture.failedFuture(
                            new BrokerNotAvailableException("there is no broker " + broker));
                }

                @Override
                public void close() {}
            };

    /**
     * Sends the request in the newest version that both know, and gives the response's message.
     * Requests of one kind to one broker leave in their order and may be answered in another after
     * a disconnection; those of other kinds do not wait for them.
     *
     * @param timeoutMillis after which the future fails, whatever becomes of the request
     */
    CompletableFuture<ApiMessage> ask(
            int broker, AbstractRequest.Builder<?> request, int timeoutMillis);

    @Override
    void close();
}
