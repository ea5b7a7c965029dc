package naru.quorum;

import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PrincipalDeserializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.EnvelopeRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * A client's request that a broker passes on in the client's name (KIP-590).
 *
 * <p>The principal is read by Kafka's own reader of a name and a type, which makes no objects of
 * the sender's choosing.
 */
final class Envelope {
    /** Answers the request inside. */
    @FunctionalInterface
    interface Handler {
        CompletableFuture<ApiMessage> handle(
                RequestContext context, RequestHeader header, AbstractRequest request);
    }

    private final RequestContext carrier;
    private final EnvelopeRequest envelope;

    Envelope(RequestContext carrier, EnvelopeRequest envelope) {
        this.carrier = carrier;
        this.envelope = envelope;
    }

    CompletableFuture<ApiMessage> unwrap(Handler handler) {
        ByteBuffer buffer = envelope.requestData().duplicate();
        RequestHeader header = header(buffer);
        if (!header.apiKey().forwardable) {
            throw new InvalidRequestException(header.apiKey() + " may not come in an envelope");
        }
        RequestContext client =
                new RequestContext(
                        header,
                        carrier.connectionId(),
                        clientAddress(),
                        principal(),
                        carrier.listenerName,
                        carrier.securityProtocol(),
                        carrier.clientInformation,
                        carrier.fromPrivilegedListener);
        AbstractRequest request = client.parseRequest(buffer).request;
        return handler.handle(client, header, request)
                .exceptionally(failure -> request.getErrorResponse(Requests.cause(failure)).data())
                .thenApply(
                        reply -> new EnvelopeResponseData().setResponseData(wrap(header, reply)));
    }

    private static RequestHeader header(ByteBuffer buffer) {
        try {
            return RequestHeader.parse(buffer);
        } catch (UnsupportedVersionException unsupported) {
            throw unsupported;
        } catch (RuntimeException unreadable) {
            throw new InvalidRequestException(
                    "The request in the envelope is unreadable", unreadable);
        }
    }

    private KafkaPrincipal principal() {
        try {
            return new DefaultKafkaPrincipalBuilder(null, null)
                    .deserialize(envelope.requestPrincipal());
        } catch (RuntimeException unreadable) {
            throw new PrincipalDeserializationException(
                    "The principal in the envelope is unreadable", unreadable);
        }
    }

    private InetAddress clientAddress() {
        try {
            return InetAddress.getByAddress(envelope.clientAddress());
        } catch (UnknownHostException invalid) {
            throw new InvalidRequestException("The envelope's client address is invalid", invalid);
        }
    }

    /** The reply as the client will read it: header and message. */
    private static ByteBuffer wrap(RequestHeader request, ApiMessage reply) {
        ResponseHeader header = request.toResponseHeader();
        return RequestUtils.serialize(
                header.data(), header.headerVersion(), reply, request.apiVersion());
    }
}
