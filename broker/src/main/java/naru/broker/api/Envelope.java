package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.ApiTable;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PrincipalDeserializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * Envelope: a client's request that a broker passes on in the client's name (KIP-590). Who sends
 * envelopes needs CLUSTER_ACTION; what is inside is judged by the principal inside, by the handler
 * of its kind.
 *
 * <p>The principal is read by Kafka's own reader of a name and a type, which makes no objects of
 * the sender's choosing.
 */
final class Envelope implements RequestHandler {
    private final ApiTable table;
    private final Access access;

    Envelope(ApiTable table, Access access) {
        this.table = table;
        this.access = access;
    }

    @Override
    public void handle(Request carrier) {
        if (!ClusterAccess.isAllowed(access, carrier, AclOperation.CLUSTER_ACTION)) {
            return;
        }
        EnvelopeRequestData envelope = (EnvelopeRequestData) carrier.body();
        ByteBuffer content = envelope.requestData().duplicate();
        RequestHeader header = header(content);
        ApiKeys api = header.apiKey();
        RequestHandler handler = table.handler(api);
        if (!api.forwardable || handler == null) {
            throw new InvalidRequestException(api + " may not come in an envelope");
        }
        ForwardedRequest inner =
                new ForwardedRequest(
                        carrier,
                        header,
                        body(header, content),
                        principal(envelope),
                        clientAddress(envelope));
        try {
            handler.handle(inner);
        } catch (RuntimeException refused) {
            inner.fail(refused);
        }
    }

    private static RequestHeader header(ByteBuffer content) {
        try {
            return RequestHeader.parse(content);
        } catch (UnsupportedVersionException unsupported) {
            throw unsupported;
        } catch (RuntimeException unreadable) {
            throw new InvalidRequestException(
                    "The request in the envelope is unreadable", unreadable);
        }
    }

    private static ApiMessage body(RequestHeader header, ByteBuffer content) {
        try {
            return AbstractRequest.parseRequest(
                            header.apiKey(), header.apiVersion(), new ByteBufferAccessor(content))
                    .request
                    .data();
        } catch (UnsupportedVersionException unsupported) {
            throw unsupported;
        } catch (RuntimeException unreadable) {
            throw new InvalidRequestException(
                    "The request in the envelope is unreadable", unreadable);
        }
    }

    private static KafkaPrincipal principal(EnvelopeRequestData envelope) {
        try {
            return new DefaultKafkaPrincipalBuilder(null, null)
                    .deserialize(envelope.requestPrincipal());
        } catch (RuntimeException unreadable) {
            throw new PrincipalDeserializationException(
                    "The principal in the envelope is unreadable", unreadable);
        }
    }

    private static InetAddress clientAddress(EnvelopeRequestData envelope) {
        try {
            return InetAddress.getByAddress(envelope.clientHostAddress());
        } catch (UnknownHostException invalid) {
            throw new InvalidRequestException("The envelope's client address is invalid", invalid);
        }
    }
}
