package naru.simulation.node;

import naru.broker.transport.Request;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** A request whose answer is changed on its way out, by a planted bug. */
public record Intercepted(Request request, Consumer<ApiMessage> change) implements Request {
    @Override
    public void reply(ApiMessage response) {
        change.accept(response);
        request.reply(response);
    }

    @Override
    public void replyLast(ApiMessage response) {
        request.replyLast(response);
    }

    @Override
    public void reply(Errors error, String message) {
        request.reply(error, message);
    }

    @Override
    public ApiKeys api() {
        return request.api();
    }

    @Override
    public short version() {
        return request.version();
    }

    @Override
    public RequestHeader header() {
        return request.header();
    }

    @Override
    public ApiMessage body() {
        return request.body();
    }

    @Override
    public KafkaPrincipal principal() {
        return request.principal();
    }

    @Override
    public InetAddress clientAddress() {
        return request.clientAddress();
    }

    @Override
    public String listenerName() {
        return request.listenerName();
    }

    @Override
    public InetSocketAddress localAddress() {
        return request.localAddress();
    }

    @Override
    public long connectionId() {
        return request.connectionId();
    }

    @Override
    public boolean retain(int bytes) {
        return request.retain(bytes);
    }

    @Override
    public void fail(Throwable cause) {
        request.fail(cause);
    }

    @Override
    public void noReply() {
        request.noReply();
    }

    @Override
    public void onLoop(Runnable task) {
        request.onLoop(task);
    }

    @Override
    public Timeout after(long delayMillis, Runnable task) {
        return request.after(delayMillis, task);
    }

    @Override
    public void close(String reason) {
        request.close(reason);
    }
}
