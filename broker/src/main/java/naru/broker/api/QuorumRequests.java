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
import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * What comes to a controller listener: what the broker serves too is served by the same handlers;
 * what nodes ask of one another is handed to the quorum as it stands.
 */
public final class QuorumRequests implements RequestHandler {
    /** Request kinds of which the quorum's answer is another than the broker's. */
    private static final Set<ApiKeys> OF_THE_QUORUM =
            Set.of(ApiKeys.FETCH, ApiKeys.DESCRIBE_CLUSTER);

    private final Quorum quorum;
    private final Access access;

    private QuorumRequests(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    /**
     * Serves all request kinds that Kafka has on controller listeners.
     *
     * @param broker with all that it serves
     */
    public static void serve(ApiTable table, ApiTable broker, Quorum quorum, Access access) {
        QuorumRequests ownHandler = new QuorumRequests(quorum, access);
        for (ApiKeys api : ApiKeys.apisForListener(ApiMessageType.ListenerType.CONTROLLER)) {
            RequestHandler shared = OF_THE_QUORUM.contains(api) ? null : broker.handler(api);
            if (api == ApiKeys.API_VERSIONS) {
                table.serve(api, new ApiVersions(() -> table, quorum));
            } else if (api == ApiKeys.ENVELOPE) {
                table.serve(api, new Envelope(table, access));
            } else {
                table.serve(api, shared == null ? ownHandler : shared);
            }
        }
    }

    /** What the request kind needs on the cluster, or null when anybody may ask. */
    // Whatever else comes here is of one node to another, or not served.
    @SuppressWarnings("EnumSwitchDefault")
    private static @Nullable AclOperation needed(ApiKeys api) {
        return switch (api) {
            case DESCRIBE_CLUSTER, SASL_HANDSHAKE, SASL_AUTHENTICATE -> null;
            case ADD_RAFT_VOTER, REMOVE_RAFT_VOTER -> AclOperation.ALTER;
            case ALTER_CLIENT_QUOTAS -> AclOperation.ALTER_CONFIGS;
            default -> AclOperation.CLUSTER_ACTION;
        };
    }

    @Override
    public void handle(Request request) {
        AclOperation needed = needed(request.api());
        if (needed != null && !ClusterAccess.isAllowed(access, request, needed)) {
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
