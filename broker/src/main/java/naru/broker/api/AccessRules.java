package naru.broker.api;

import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsResponseData.DeleteAclsFilterResult;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.List;

/**
 * DescribeAcls, CreateAcls and DeleteAcls as a broker without an authorizer answers them: every
 * rule that is asked for is refused with SECURITY_DISABLED (KIP-140). They are served at all
 * because clients take a broker that does not list them for an older Kafka.
 */
public final class AccessRules implements RequestHandler {
    private static final Errors REFUSAL = Errors.SECURITY_DISABLED;
    private static final String MESSAGE = "No Authorizer is configured.";

    @Override
    public void handle(Request request) {
        request.reply(refusal(request.body()));
    }

    private static ApiMessage refusal(ApiMessage body) {
        if (body instanceof CreateAclsRequestData create) {
            return new CreateAclsResponseData()
                    .setResults(create.creations().stream().map(rule -> notCreated()).toList());
        }
        if (body instanceof DeleteAclsRequestData delete) {
            return new DeleteAclsResponseData()
                    .setFilterResults(
                            delete.filters().stream().map(filter -> notDeleted()).toList());
        }
        return new DescribeAclsResponseData()
                .setErrorCode(REFUSAL.code())
                .setErrorMessage(MESSAGE)
                .setResources(List.of());
    }

    private static AclCreationResult notCreated() {
        return new AclCreationResult().setErrorCode(REFUSAL.code()).setErrorMessage(MESSAGE);
    }

    private static DeleteAclsFilterResult notDeleted() {
        return new DeleteAclsFilterResult()
                .setErrorCode(REFUSAL.code())
                .setErrorMessage(MESSAGE)
                .setMatchingAcls(List.of());
    }
}
