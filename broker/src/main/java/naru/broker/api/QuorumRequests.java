package naru.broker.api;

import naru.broker.transport.ApiTable;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** What comes to a controller listener: handed to the quorum as it stands. */
public final class QuorumRequests implements RequestHandler {
    private final Quorum quorum;

    public QuorumRequests(Quorum quorum) {
        this.quorum = quorum;
    }

    /** All request kinds that Kafka has on controller listeners. */
    public static void serve(ApiTable table, Quorum quorum) {
        QuorumRequests handler = new QuorumRequests(quorum);
        for (ApiKeys api : ApiKeys.apisForListener(ApiMessageType.ListenerType.CONTROLLER)) {
            table.serve(
                    api,
                    api == ApiKeys.API_VERSIONS ? new ApiVersions(() -> table, quorum) : handler);
        }
    }

    @Override
    public void handle(Request request) {
        AbstractRequest parsed =
                AbstractRequest.parseRequest(
                                request.api(),
                                request.version(),
                                MessageUtil.toByteBufferAccessor(request.body(), request.version()))
                        .request;
        RequestContext context =
                new RequestContext(
                        request.header(),
                        Long.toString(request.connectionId()),
                        request.clientAddress(),
                        request.principal(),
                        new ListenerName(request.listenerName()),
                        SecurityProtocol.PLAINTEXT,
                        ClientInformation.EMPTY,
                        false);
        quorum.handle(context, request.header(), parsed)
                .whenComplete(
                        ControllerCall.answering(request, response -> request.reply(response)));
    }
}
