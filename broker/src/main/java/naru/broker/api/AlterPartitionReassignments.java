package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;

/** AlterPartitionReassignments: moves replicas, or stops moving them (KIP-455). */
public final class AlterPartitionReassignments implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public AlterPartitionReassignments(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            return;
        }
        AlterPartitionReassignmentsRequestData body =
                (AlterPartitionReassignmentsRequestData) request.body();
        ControllerCall.answer(
                request,
                quorum.controller()
                        .alterPartitionReassignments(
                                ControllerCall.caller(request, body.timeoutMs()), body));
    }
}
