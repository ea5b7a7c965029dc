package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.ApiTable;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * What comes to a controller listener: what brokers serve too is served by the same handlers; what
 * nodes ask of one another is handed to the quorum as it stands.
 */
public final class QuorumRequests implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    private QuorumRequests(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    /**
     * Serves all request kinds that Kafka has on controller listeners.
     *
     * @param shared with what brokers serve too
     */
    public static void serve(ApiTable table, ApiTable shared, Quorum quorum, Access access) {
        QuorumRequests ownHandler = new QuorumRequests(quorum, access);
        for (ApiKeys api : ApiKeys.apisForListener(ApiMessageType.ListenerType.CONTROLLER)) {
            RequestHandler known = shared.handler(api);
            if (api == ApiKeys.API_VERSIONS) {
                table.serve(api, new ApiVersions(() -> table, quorum));
            } else if (api == ApiKeys.ENVELOPE) {
                table.serve(api, new Envelope(table, access));
            } else {
                table.serve(api, known == null ? ownHandler : known);
            }
        }
    }

    @Override
    public void handle(Request request) {
        boolean anybodyMay = request.api() == ApiKeys.DESCRIBE_CLUSTER;
        if (!anybodyMay && !ClusterAccess.isAllowed(access, request, AclOperation.CLUSTER_ACTION)) {
            return;
        }
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
                        ControllerCall.answering(
                                request,
                                response -> request.reply(withOperations(request, response))));
    }

    private ApiMessage withOperations(Request request, ApiMessage response) {
        if (response instanceof DescribeClusterResponseData described
                && ((DescribeClusterRequestData) request.body())
                        .includeClusterAuthorizedOperations()) {
            described.setClusterAuthorizedOperations(
                    access.permittedOnCluster(request, AclOperation.DESCRIBE)
                            ? AuthorizedOperations.onCluster(access, request)
                            : 0);
        }
        return response;
    }
}
