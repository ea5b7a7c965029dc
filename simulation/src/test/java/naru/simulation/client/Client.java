package naru.simulation.client;

import naru.simulation.node.Caller;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/** A client with one connection and one request at a time. */
public abstract class Client {
    private static final int LONGEST_THOUGHT_MILLIS = 40;
    private static final int LONGEST_PAUSE_MILLIS = 60;

    /**
     * What came of a request.
     *
     * @param message null when there is none
     * @param error NETWORK_EXCEPTION when nobody knows what became of the request
     */
    protected record Reply(@Nullable ApiMessage message, Errors error) {
        <R> R as(Class<R> kind) {
            return kind.cast(message);
        }
    }

    protected final World world;
    protected final String name;
    private final int number;
    private int connections;
    private boolean done;

    protected Client(World world, String name, int number) {
        this.world = world;
        this.name = name;
        this.number = number;
    }

    /** Begins something, or comes to an end. */
    protected abstract void next();

    public final String name() {
        return name;
    }

    public final boolean isDone() {
        return done;
    }

    /** Goes on with what comes next, after some thought. */
    public final void goOn() {
        if (world.isEnding()) {
            end();
        } else {
            world.after(world.random().nextInt(LONGEST_THOUGHT_MILLIS), this::next);
        }
    }

    protected void end() {
        done = true;
    }

    protected final void done() {
        done = true;
    }

    /** Does it again after a pause. */
    protected final void again(Runnable task) {
        world.after(1 + world.random().nextInt(LONGEST_PAUSE_MILLIS), task);
    }

    protected final long connectionId() {
        return number * 1_000_000L + connections;
    }

    protected final void reconnect() {
        world.hangUp(connectionId());
        connections++;
    }

    protected final void ask(ApiMessage body, int version, Consumer<Reply> then) {
        ask(body, version, response -> {}, then);
    }

    protected final void ask(
            ApiMessage body, int version, Consumer<ApiMessage> leaving, Consumer<Reply> then) {
        world.send(
                body,
                version,
                connectionId(),
                new Caller() {
                    @Override
                    public void answer(ApiMessage response) {
                        then.accept(new Reply(response, Errors.NONE));
                    }

                    @Override
                    public void refused(Errors error) {
                        then.accept(new Reply(null, error));
                    }

                    @Override
                    public void disconnected() {
                        reconnect();
                        then.accept(new Reply(null, Errors.NETWORK_EXCEPTION));
                    }

                    @Override
                    public void leaving(ApiMessage response) {
                        leaving.accept(response);
                    }
                });
    }
}
