package naru.broker;

import static java.util.Objects.requireNonNull;

import naru.broker.transport.BareRequest;
import naru.broker.transport.RequestHandler;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A request of some principal that comes without a connection; its loop is one thread. */
final class DirectRequest extends BareRequest {
    /** What is only for clients that have logged in. */
    private static final Set<ApiKeys> TOKENS =
            EnumSet.of(
                    ApiKeys.CREATE_DELEGATION_TOKEN,
                    ApiKeys.RENEW_DELEGATION_TOKEN,
                    ApiKeys.EXPIRE_DELEGATION_TOKEN,
                    ApiKeys.DESCRIBE_DELEGATION_TOKEN);

    private static final long BOUND_SECONDS = 60;

    private final KafkaPrincipal principal;
    private final InetAddress client;
    private final ScheduledExecutorService loop;
    private final CompletableFuture<ApiMessage> answer = new CompletableFuture<>();

    DirectRequest(
            short version,
            ApiMessage body,
            KafkaPrincipal principal,
            InetAddress client,
            ScheduledExecutorService loop) {
        super(body, version, 1);
        this.principal = principal;
        this.client = client;
        this.loop = loop;
    }

    /** The answer as text. */
    String answerOf(@Nullable RequestHandler handler) {
        return String.valueOf(messageOf(handler));
    }

    /** The answer; a refusal is the error response of the request's kind. */
    ApiMessage messageOf(@Nullable RequestHandler served) {
        RequestHandler handler = requireNonNull(served, () -> "handler of " + api());
        loop.execute(() -> {
            try {
                handler.handle(this);
            } catch (RuntimeException | Error e) {
                fail(e);
            }
        });
        try {
            return answer.get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer to " + api() + " v" + version() + ": " + body(), e);
        }
    }

    @Override
    public KafkaPrincipal principal() {
        return principal;
    }

    @Override
    public InetAddress clientAddress() {
        return client;
    }

    @Override
    public String listenerName() {
        return TOKENS.contains(api()) ? "SASL_PLAINTEXT" : "PLAINTEXT";
    }

    @Override
    public void reply(ApiMessage response) {
        MessageUtil.toByteBufferAccessor(response, version());
        answer.complete(response);
    }

    @Override
    public void reply(Errors error, String message) {
        refuse(error.exception(message));
    }

    @Override
    public void fail(Throwable cause) {
        refuse(cause);
    }

    private void refuse(Throwable cause) {
        AbstractResponse response =
                AbstractRequest.parseRequest(
                                api(),
                                version(),
                                MessageUtil.toByteBufferAccessor(body(), version()))
                        .request
                        .getErrorResponse(0, cause);
        answer.complete(response.data());
    }

    @Override
    public void noReply() {
        answer.completeExceptionally(new AssertionError("an answer is expected"));
    }

    @Override
    public void onLoop(Runnable task) {
        loop.execute(task);
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        ScheduledFuture<?> scheduled = loop.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public void close(String reason) {
        answer.completeExceptionally(new AssertionError("closed: " + reason));
    }
}
