package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AddRaftVoterRequestData;

/** AddRaftVoter: a controller becomes a voter of the metadata quorum (KIP-853). */
public final class AddRaftVoter implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public AddRaftVoter(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            return;
        }
        AddRaftVoterRequestData body = (AddRaftVoterRequestData) request.body();
        ControllerCall.answer(
                request,
                quorum.controller()
                        .addRaftVoter(ControllerCall.caller(request, body.timeoutMs()), body));
    }
}
