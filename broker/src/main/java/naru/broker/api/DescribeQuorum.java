package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeQuorumRequestData;

/** DescribeQuorum: who leads the metadata quorum and how far each voter has come (KIP-595). */
public final class DescribeQuorum implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final Access access;

    public DescribeQuorum(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.DESCRIBE)) {
            return;
        }
        DescribeQuorumRequestData body = (DescribeQuorumRequestData) request.body();
        ControllerCall.answer(
                request,
                quorum.controller()
                        .describeQuorum(ControllerCall.caller(request, TIMEOUT_MILLIS), body));
    }
}
