package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.DescribeAclsRequest;
import org.apache.kafka.common.requests.DescribeAclsResponse;

import java.util.List;

/** DescribeAcls: the rules that a filter matches. Looks through all of them, off the loop. */
public final class DescribeAcls implements RequestHandler {
    private final Quorum quorum;
    private final Access access;

    public DescribeAcls(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.DESCRIBE)) {
            return;
        }
        AclBindingFilter filter = filter(request);
        Thread.startVirtualThread(() -> {
            try {
                List<AclBinding> found =
                        quorum.image().accessRules().stream().filter(filter::matches).toList();
                request.reply(
                        new DescribeAclsResponseData()
                                .setErrorMessage(null)
                                .setResources(DescribeAclsResponse.aclsResources(found)));
            } catch (RuntimeException | Error e) {
                request.fail(e);
            }
        });
    }

    private static AclBindingFilter filter(Request request) {
        try {
            return DescribeAclsRequest.parse(
                            MessageUtil.toByteBufferAccessor(request.body(), request.version()),
                            request.version())
                    .filter();
        } catch (IllegalArgumentException impossible) {
            throw new InvalidRequestException(impossible.getMessage());
        }
    }
}
