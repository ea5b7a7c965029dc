package naru.broker.fetch;

import naru.broker.transport.Request;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A fetch whose loop and clock the test is. */
final class HeldRequest implements Request {
    final Queue<Runnable> loopTasks = new ArrayDeque<>();
    final List<Runnable> timers = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();

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
    public ApiKeys api() {
        return ApiKeys.FETCH;
    }

    @Override
    public short version() {
        return 12;
    }

    @Override
    public RequestHeader header() {
        return new RequestHeader(api(), version(), "test", 1);
    }

    @Override
    public ApiMessage body() {
        return new FetchRequestData();
    }

    @Override
    public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
    }

    @Override
    public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public String listenerName() {
        return "PLAINTEXT";
    }

    @Override
    public InetSocketAddress localAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    }

    @Override
    public long connectionId() {
        return 1;
    }

    @Override
    public boolean retain(int bytes) {
        return true;
    }

    @Override
    public void replyLast(ApiMessage response) {
        reply(response);
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
    public void noReply() {
        throw new AssertionError("an answer is expected");
    }

    @Override
    public void close(String reason) {
        failures.add(new AssertionError(reason));
    }
}
