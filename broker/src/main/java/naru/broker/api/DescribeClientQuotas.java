package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.protocol.Errors;

/** DescribeClientQuotas: the quotas that match a filter (KIP-546). */
public final class DescribeClientQuotas implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public DescribeClientQuotas(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!access.allowedOnCluster(request, AclOperation.DESCRIBE_CONFIGS)) {
            request.reply(
                    Errors.CLUSTER_AUTHORIZATION_FAILED,
                    Errors.CLUSTER_AUTHORIZATION_FAILED.message());
            return;
        }
        request.reply(
                quorum.image().quotas().describe((DescribeClientQuotasRequestData) request.body()));
    }
}
