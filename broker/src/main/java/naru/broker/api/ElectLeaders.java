package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ElectLeadersRequestData;

/** ElectLeaders: preferred or unclean election of partitions' leaders (KIP-460). */
public final class ElectLeaders implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public ElectLeaders(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            return;
        }
        ElectLeadersRequestData body = (ElectLeadersRequestData) request.body();
        ControllerCall.answer(
                request,
                quorum.controller()
                        .electLeaders(ControllerCall.caller(request, body.timeoutMs()), body));
    }
}
