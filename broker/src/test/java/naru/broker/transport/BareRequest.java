package naru.broker.transport;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A request that came over no socket: what is asked, by nobody in particular. */
public abstract class BareRequest implements Request {
    private final ApiMessage body;
    private final short version;
    private final long connectionId;

    protected BareRequest(ApiMessage body, short version, long connectionId) {
        this.body = body;
        this.version = version;
        this.connectionId = connectionId;
    }

    @Override
    public void replyLast(ApiMessage response) {
        reply(response);
    }

    @Override
    public void noReply() {
        throw new AssertionError("an answer is expected");
    }

    @Override
    public boolean retain(int bytes) {
        return true;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.forId(body.apiKey());
    }

    @Override
    public short version() {
        return version;
    }

    @Override
    public RequestHeader header() {
        return new RequestHeader(api(), version, "test", 1);
    }

    @Override
    public ApiMessage body() {
        return body;
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
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 9092);
    }

    @Override
    public long connectionId() {
        return connectionId;
    }
}
