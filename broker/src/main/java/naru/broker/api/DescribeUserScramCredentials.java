package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;

/**
 * DescribeUserScramCredentials: who can log in by SCRAM, by which mechanism, with how many
 * iterations; no secrets (KIP-554).
 */
public final class DescribeUserScramCredentials implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public DescribeUserScramCredentials(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (ClusterAccess.isAllowed(access, request, AclOperation.DESCRIBE)) {
            request.reply(
                    quorum.image()
                            .describeScramUsers(
                                    (DescribeUserScramCredentialsRequestData) request.body()));
        }
    }
}
