package naru.broker.replication;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** Other brokers that answer when the test says so. */
public final class ScriptedPeers implements Peers {
    /** What a broker was asked and has not answered. */
    public record Asked(int broker, ApiMessage request, CompletableFuture<ApiMessage> answer) {}

    private final Queue<Asked> open = new ArrayDeque<>();

    @Override
    public CompletableFuture<ApiMessage> ask(
            int broker, AbstractRequest.Builder<?> request, int timeoutMillis) {
        Asked asked = new Asked(broker, request.build().data(), new CompletableFuture<>());
        open.add(asked);
        return asked.answer();
    }

    public int underWay() {
        return open.size();
    }

    /** The oldest question that is open. */
    public Asked next() {
        return open.remove();
    }

    @Override
    public void close() {}
}
