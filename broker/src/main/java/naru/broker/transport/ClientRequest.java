package naru.broker.transport;

import naru.broker.quota.ClientQuotas;

import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A request that came over a {@link Connection}. Answered by any thread, exactly once. */
final class ClientRequest implements Request {
    private static final Logger LOG = LoggerFactory.getLogger("naru.api");
    private static final VarHandle ANSWERED;

    static {
        try {
            ANSWERED =
                    MethodHandles.lookup()
                            .findVarHandle(ClientRequest.class, "answered", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final long startNanos;
    private final boolean bareToken;
    private final KafkaPrincipal principal;
    private final Connection connection;
    private final RequestHeader header;
    private final ApiMessage body;

    @SuppressWarnings("unused") // through ANSWERED
    private boolean answered;

    private final int frameBytes;
    private int throttleMillis;
    private long loopNanos;
    private long runningSinceNanos;

    /**
     * @param bareToken whether it came, and is answered, without a header (SaslHandshake version 0)
     */
    ClientRequest(
            Connection connection,
            RequestHeader header,
            ApiMessage body,
            long startNanos,
            boolean bareToken,
            int frameBytes) {
        this.bareToken = bareToken;
        this.principal = connection.principal();
        this.connection = connection;
        this.header = header;
        this.body = body;
        this.startNanos = startNanos;
        this.frameBytes = frameBytes;
        this.runningSinceNanos = startNanos;
    }

    /** Charges this request to the quotas of its client; for how long that is to be silent. */
    int charge(ClientQuotas quotas, @Nullable ApiMessage response) {
        if (!quotas.isActive()) {
            return throttleMillis;
        }
        String user = principal().getName();
        String clientId = header.clientId() == null ? "" : header.clientId();
        if (api() == ApiKeys.PRODUCE) {
            throttle(quotas.produced(user, clientId, frameBytes));
        } else if (response instanceof ShareFetchResponseData shares) {
            throttle(quotas.delivered(user, clientId, recordBytes(shares)));
        }
        if (quotas.countsTime()) {
            throttle(quotas.worked(user, clientId, loopNanos()));
        }
        return throttleMillis;
    }

    private static long recordBytes(ShareFetchResponseData response) {
        long bytes = 0;
        for (ShareFetchResponseData.ShareFetchableTopicResponse topic : response.responses()) {
            for (ShareFetchResponseData.PartitionData partition : topic.partitions()) {
                bytes += partition.records() == null ? 0 : partition.records().sizeInBytes();
            }
        }
        return bytes;
    }

    @Override
    public void throttle(int millis) {
        throttleMillis = Math.max(throttleMillis, millis);
    }

    /** The loop turns to other things. */
    void rest() {
        loopNanos += System.nanoTime() - runningSinceNanos;
        runningSinceNanos = 0;
    }

    /** Time that the loop has spent on it. */
    private long loopNanos() {
        return loopNanos + (runningSinceNanos == 0 ? 0 : System.nanoTime() - runningSinceNanos);
    }

    @Override
    public ApiKeys api() {
        return header.apiKey();
    }

    @Override
    public short version() {
        return header.apiVersion();
    }

    @Override
    public RequestHeader header() {
        return header;
    }

    @Override
    public ApiMessage body() {
        return body;
    }

    @Override
    public KafkaPrincipal principal() {
        return principal;
    }

    boolean isBareToken() {
        return bareToken;
    }

    @Override
    public InetAddress clientAddress() {
        return connection.clientAddress();
    }

    @Override
    public int clientPort() {
        return connection.clientPort();
    }

    @Override
    public ClientSoftware software() {
        return connection.software();
    }

    @Override
    public String listenerName() {
        return connection.listener().name();
    }

    @Override
    public InetSocketAddress localAddress() {
        return connection.localAddress();
    }

    @Override
    public long connectionId() {
        return connection.id();
    }

    @Override
    public boolean retain(int bytes) {
        return connection.retain(bytes);
    }

    @Override
    public void reply(ApiMessage response) {
        answer(response, false);
    }

    @Override
    public void replyLast(ApiMessage response) {
        answer(response, true);
    }

    @Override
    public void noReply() {
        answer(null, false);
    }

    private void answer(@Nullable ApiMessage response, boolean last) {
        if (!ANSWERED.compareAndSet(this, false, true)) {
            throw new IllegalStateException(api() + " was answered twice");
        }
        connection.answer(this, response, last);
    }

    boolean isAnswered() {
        return (boolean) ANSWERED.getAcquire(this);
    }

    @Override
    public void reply(Errors error, String message) {
        ApiMessage response;
        try {
            response = errorResponse(error.exception(message));
        } catch (RuntimeException e) {
            LOG.error("{} v{} has no answer for {}", api(), version(), error, e);
            close("its request has no error answer");
            return;
        }
        connection.countFailure(api());
        if (response == null) {
            noReply();
        } else {
            answer(response, false);
        }
    }

    /** Kafka's own classes know where each response has room for an error. */
    private @Nullable ApiMessage errorResponse(ApiException cause) {
        ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(body, version());
        ByteBuffer buffer = bytes.buffer();
        AbstractRequest request =
                AbstractRequest.parseRequest(api(), version(), new ByteBufferAccessor(buffer))
                        .request;
        AbstractResponse response = request.getErrorResponse(0, cause);
        return response == null ? null : response.data();
    }

    @Override
    public void fail(Throwable cause) {
        if (isAnswered()) {
            LOG.error("{} failed after it had been answered", api(), cause);
            return;
        }
        Throwable root = cause;
        while ((root instanceof CompletionException || root instanceof ExecutionException)
                && root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof ApiException refusal) {
            String message = refusal.getMessage();
            Errors error = Errors.forException(refusal);
            reply(error, message == null ? error.message() : message);
            return;
        }
        LOG.error(
                "{} v{} from {} failed: this is a bug in Naru",
                api(),
                version(),
                clientAddress(),
                root);
        reply(Errors.UNKNOWN_SERVER_ERROR, "internal error; see the node's log");
    }

    @Override
    public void onLoop(Runnable task) {
        connection.loop().execute(() -> runOrFail(task));
    }

    /** Nobody else would answer the request that the task was to answer. */
    private void runOrFail(Runnable task) {
        boolean measured = connection.loop().quotas().countsTime();
        if (measured) {
            runningSinceNanos = System.nanoTime();
        }
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            if (measured) {
                rest();
            }
        }
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        return connection.loop().after(delayMillis, () -> runOrFail(task));
    }

    @Override
    public void close(String reason) {
        if (!ANSWERED.compareAndSet(this, false, true)) {
            return;
        }
        connection.loop().execute(() -> connection.close(reason));
    }
}
