package naru.broker.fetch;

import naru.broker.transport.BareRequest;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A fetch whose loop and clock the test is. */
final class HeldRequest extends BareRequest {
    private static final short VERSION = 12;

    final Queue<Runnable> loopTasks = new ArrayDeque<>();
    final List<Runnable> timers = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();

    HeldRequest() {
        super(new FetchRequestData(), VERSION, 1);
    }

    void runLoop() {
        for (Runnable task = loopTasks.poll(); task != null; task = loopTasks.poll()) {
            task.run();
        }
    }

    @Override
    public void onLoop(Runnable task) {
        loopTasks.add(task);
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        timers.add(task);
        return () -> timers.remove(task);
    }

    @Override
    public void fail(Throwable cause) {
        failures.add(cause);
    }

    @Override
    public void reply(ApiMessage response) {
        throw new AssertionError("the wait gives its answers to whoever made it");
    }

    @Override
    public void reply(Errors error, String message) {
        failures.add(error.exception(message));
    }

    @Override
    public void close(String reason) {
        failures.add(new AssertionError(reason));
    }
}
