package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;

/** ListPartitionReassignments: which replicas are being moved (KIP-455). */
public final class ListPartitionReassignments implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public ListPartitionReassignments(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.DESCRIBE)) {
            return;
        }
        ListPartitionReassignmentsRequestData body =
                (ListPartitionReassignmentsRequestData) request.body();
        ControllerCall.answer(
                request,
                quorum.controller()
                        .listPartitionReassignments(
                                ControllerCall.caller(request, body.timeoutMs()), body));
    }
}
