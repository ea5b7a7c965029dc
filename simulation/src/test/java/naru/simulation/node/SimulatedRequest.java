package naru.simulation.node;

import naru.broker.transport.BareRequest;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.io.IOException;

/** A request on its way through the node, and its answer on its way back. */
final class SimulatedRequest extends BareRequest {
    private final SimulatedNode node;
    private final Caller caller;
    private boolean answered;

    SimulatedRequest(
            SimulatedNode node, ApiMessage body, short version, long connectionId, Caller caller) {
        super(body, version, connectionId);
        this.node = node;
        this.caller = caller;
    }

    void disconnect() {
        if (!answered) {
            answered = true;
            node.cluster().later(caller::disconnected);
        }
    }

    private boolean mayAnswer() {
        boolean may = !answered && node.isAlive();
        if (may) {
            answered = true;
            node.answered(this);
        }
        return may;
    }

    @Override
    public void reply(ApiMessage response) {
        if (mayAnswer()) {
            caller.leaving(response);
            try {
                SentRecords.read(response);
            } catch (IOException cut) {
                node.cluster().later(caller::disconnected);
                return;
            }
            node.cluster().later(() -> caller.answer(response));
        }
    }

    @Override
    public void reply(Errors error, String message) {
        if (mayAnswer()) {
            node.cluster().later(() -> caller.refused(error));
        }
    }

    @Override
    public void fail(Throwable cause) {
        node.cluster().failed(cause);
        reply(Errors.forException(cause), String.valueOf(cause));
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
    public void close(String reason) {
        disconnect();
    }
}
