package naru.broker.api;

import naru.broker.transport.Request;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** A client's request inside a broker's; its answer goes back in the carrier's. */
final class ForwardedRequest implements Request {
    private final Request carrier;
    private final RequestHeader header;
    private final ApiMessage body;
    private final KafkaPrincipal principal;
    private final InetAddress clientAddress;

    ForwardedRequest(
            Request carrier,
            RequestHeader header,
            ApiMessage body,
            KafkaPrincipal principal,
            InetAddress clientAddress) {
        this.carrier = carrier;
        this.header = header;
        this.body = body;
        this.principal = principal;
        this.clientAddress = clientAddress;
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

    @Override
    public InetAddress clientAddress() {
        return clientAddress;
    }

    @Override
    public boolean isForwarded() {
        return true;
    }

    @Override
    public String listenerName() {
        return carrier.listenerName();
    }

    @Override
    public InetSocketAddress localAddress() {
        return carrier.localAddress();
    }

    @Override
    public long connectionId() {
        return carrier.connectionId();
    }

    @Override
    public boolean retain(int bytes) {
        return carrier.retain(bytes);
    }

    @Override
    public void reply(ApiMessage response) {
        if (response instanceof DescribeQuorumResponseData quorum && isOfNoLeader(quorum)) {
            carrier.reply(new EnvelopeResponseData().setErrorCode(Errors.NOT_CONTROLLER.code()));
            return;
        }
        ResponseHeader head = header.toResponseHeader();
        carrier.reply(
                new EnvelopeResponseData()
                        .setResponseData(
                                RequestUtils.serialize(
                                        head.data(), head.headerVersion(), response, version())));
    }

    /**
     * The broker that sends envelopes knows a former controller only by an envelope's error; what
     * Raft says inside would go to the client, again and again.
     */
    private static boolean isOfNoLeader(DescribeQuorumResponseData response) {
        return response.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(
                        partition -> partition.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    /** The connection is the other broker's and not the client's. */
    @Override
    public void replyLast(ApiMessage response) {
        reply(response);
    }

    /** That this is no controller is for the broker to know, which then asks another. */
    @Override
    public void reply(Errors error, String message) {
        if (error == Errors.NOT_CONTROLLER) {
            carrier.reply(new EnvelopeResponseData().setErrorCode(error.code()));
            return;
        }
        AbstractRequest request =
                AbstractRequest.parseRequest(
                                api(), version(), MessageUtil.toByteBufferAccessor(body, version()))
                        .request;
        reply(request.getErrorResponse(0, error.exception(message)).data());
    }

    @Override
    public void fail(Throwable cause) {
        Throwable root = cause;
        while ((root instanceof CompletionException || root instanceof ExecutionException)
                && root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof ApiException refusal) {
            Errors error = Errors.forException(refusal);
            String message = refusal.getMessage();
            reply(error, message == null ? error.message() : message);
        } else {
            carrier.fail(cause);
        }
    }

    @Override
    public void noReply() {
        carrier.noReply();
    }

    @Override
    public void onLoop(Runnable task) {
        carrier.onLoop(task);
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        return carrier.after(delayMillis, task);
    }

    @Override
    public void close(String reason) {
        carrier.close(reason);
    }
}
