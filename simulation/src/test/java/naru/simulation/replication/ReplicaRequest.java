package naru.simulation.replication;

import naru.broker.transport.BareRequest;
import naru.broker.transport.Timeout;
import naru.simulation.node.SentRecords;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.io.IOException;
import java.util.function.Consumer;

/** A request of one node at another; its answer's bytes are read from the files as it leaves. */
final class ReplicaRequest extends BareRequest {
    private final ReplicaNode node;
    private final Consumer<ApiMessage> answer;

    ReplicaRequest(ReplicaNode node, ApiMessage body, short version, Consumer<ApiMessage> answer) {
        super(body, version, 1);
        this.node = node;
        this.answer = answer;
    }

    @Override
    public void reply(ApiMessage response) {
        if (!node.isAlive()) {
            return;
        }
        try {
            SentRecords.read(response);
        } catch (IOException cut) {
            return;
        }
        answer.accept(response);
    }

    @Override
    public void reply(Errors error, String message) {
        throw new IllegalStateException(error + " " + message);
    }

    @Override
    public void fail(Throwable cause) {
        throw new IllegalStateException(cause);
    }

    @Override
    public void onLoop(Runnable task) {
        node.after(0, task);
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        SimulatedTime.Event event = node.after(delayMillis, task);
        return event::cancel;
    }

    @Override
    public void close(String reason) {}
}
