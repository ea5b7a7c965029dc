package naru.simulation.cluster;

import naru.broker.replication.Peers;
import naru.quorum.ClusterImage.BrokerNode;
import naru.simulation.node.Caller;
import naru.simulation.node.SimulatedNode;

import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;

import java.util.concurrent.CompletableFuture;

/** One broker's way to the others, over the simulated network. */
final class SimulatedPeers implements Peers {
    private final Machine machine;
    private final SimulatedNode node;

    SimulatedPeers(Machine machine, SimulatedNode node) {
        this.machine = machine;
        this.node = node;
    }

    @Override
    public CompletableFuture<ApiMessage> ask(
            int broker, AbstractRequest.Builder<?> builder, int timeoutMillis) {
        CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
        BrokerNode known = machine.membership().image().broker(broker);
        if (known == null || known.fenced()) {
            answer.completeExceptionally(
                    new BrokerNotAvailableException("broker " + broker + " is not there"));
            return answer;
        }
        AbstractRequest request = builder.build();
        Exchange.ask(
                machine.cluster(),
                machine.id(),
                broker,
                request.data(),
                request.version(),
                -machine.id() - 10L,
                timeoutMillis,
                new Caller() {
                    @Override
                    public void answer(ApiMessage response) {
                        tell(() -> answer.complete(response));
                    }

                    @Override
                    public void refused(Errors error) {
                        tell(() -> answer.completeExceptionally(error.exception()));
                    }

                    @Override
                    public void disconnected() {
                        tell(() -> answer.completeExceptionally(new DisconnectException()));
                    }
                });
        return answer;
    }

    private void tell(Runnable completion) {
        machine.within(() -> {
            if (node.isAlive()) {
                completion.run();
            }
        });
    }

    @Override
    public void close() {}
}
