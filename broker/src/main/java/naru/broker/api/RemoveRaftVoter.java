package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;

/** RemoveRaftVoter: a controller votes in the metadata quorum no longer (KIP-853). */
public final class RemoveRaftVoter implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final Access access;

    public RemoveRaftVoter(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            return;
        }
        ControllerCall.answer(
                request,
                quorum.controller()
                        .removeRaftVoter(
                                ControllerCall.caller(request, TIMEOUT_MILLIS),
                                (RemoveRaftVoterRequestData) request.body()));
    }
}
