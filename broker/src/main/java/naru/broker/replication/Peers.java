package naru.broker.replication;

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
    /**
     * Sends the request in the newest version that both know, and gives the response's message.
     * Requests to one broker leave in their order and may be answered in another after a
     * disconnection.
     *
     * @param timeoutMillis after which the future fails, whatever becomes of the request
     */
    CompletableFuture<ApiMessage> ask(
            int broker, AbstractRequest.Builder<?> request, int timeoutMillis);

    @Override
    void close();
}
