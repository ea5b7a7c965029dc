package naru.broker.api;

import naru.broker.transport.BareRequest;
import naru.broker.transport.RequestHandler;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A request without a connection, for which time does not pass. What it is answered must fit its
 * version of the protocol.
 */
final class FakeRequest extends BareRequest {
    static final InetSocketAddress REACHED =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 19092);
    private static final long BOUND_SECONDS = 30;

    private final Thread loop = Thread.currentThread();
    private final CountDownLatch handled = new CountDownLatch(1);
    private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();

    private FakeRequest(ApiMessage body, int version) {
        super(body, (short) version, 1);
        MessageUtil.toByteBufferAccessor(body, version());
    }

    /** Lets the handler answer, and waits for it. */
    static <R extends ApiMessage> R ask(
            RequestHandler handler, ApiMessage body, int version, Class<R> kind) {
        FakeRequest request = new FakeRequest(body, version);
        handler.handle(request);
        request.handled.countDown();
        try {
            return kind.cast(request.answer.get(BOUND_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(refused);
        } catch (InterruptedException | TimeoutException missing) {
            throw new AssertionError("no answer to " + body, missing);
        }
    }

    static <R extends ApiMessage> R ask(RequestHandler handler, ApiMessage body, Class<R> kind) {
        return ask(handler, body, body.highestSupportedVersion(), kind);
    }

    @Override
    public InetSocketAddress localAddress() {
        return REACHED;
    }

    @Override
    public void reply(ApiMessage response) {
        try {
            MessageUtil.toByteBufferAccessor(response, version());
            answer.complete(response);
        } catch (RuntimeException unencodable) {
            answer.completeExceptionally(unencodable);
        }
    }

    @Override
    public void reply(Errors error, String message) {
        answer.completeExceptionally(error.exception(message));
    }

    @Override
    public void fail(Throwable cause) {
        answer.completeExceptionally(cause);
    }

    @Override
    public void onLoop(Runnable task) {
        if (Thread.currentThread() != loop) {
            try {
                handled.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        task.run();
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        return () -> {};
    }

    @Override
    public void close(String reason) {
        answer.completeExceptionally(new AssertionError(reason));
    }
}
