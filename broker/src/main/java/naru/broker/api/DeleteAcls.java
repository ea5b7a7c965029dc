package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.access.AccessByRules;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsResponse;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.apache.kafka.server.authorizer.AclDeleteResult.AclBindingDeleteResult;

import java.util.List;

/**
 * DeleteAcls: removes the rules that filters match; answered when they are no longer in force here
 * (KIP-140).
 */
public final class DeleteAcls implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final ImageWait images;
    private final AccessByRules rules;
    private final Access access;

    public DeleteAcls(Quorum quorum, ImageWait images, AccessByRules rules, Access access) {
        this.quorum = quorum;
        this.images = images;
        this.rules = rules;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.ALTER)) {
            return;
        }
        quorum.controller()
                .deleteAcls(
                        ControllerCall.caller(request, TIMEOUT_MILLIS), parsed(request).filters())
                .whenComplete(
                        ControllerCall.answering(
                                request, outcomes -> replyInForce(request, outcomes)));
    }

    /** Kafka's own class knows how filters of each version are read. */
    private static DeleteAclsRequest parsed(Request request) {
        try {
            return DeleteAclsRequest.parse(
                    MessageUtil.toByteBufferAccessor(request.body(), request.version()),
                    request.version());
        } catch (IllegalArgumentException impossible) {
            throw new InvalidRequestException(impossible.getMessage());
        }
    }

    private void replyInForce(Request request, List<AclDeleteResult> outcomes) {
        List<AclBinding> deleted =
                outcomes.stream()
                        .flatMap(outcome -> outcome.aclBindingDeleteResults().stream())
                        .filter(result -> result.exception().isEmpty())
                        .map(AclBindingDeleteResult::aclBinding)
                        .toList();
        deleted.forEach(rule -> access.changed(request, "removed " + rule));
        DeleteAclsResponseData response =
                new DeleteAclsResponseData()
                        .setFilterResults(
                                outcomes.stream().map(DeleteAclsResponse::filterResult).toList());
        images.until(image -> deleted.stream().noneMatch(rules::knows), TIMEOUT_MILLIS)
                .whenComplete((nothing, never) -> request.reply(response));
    }
}
