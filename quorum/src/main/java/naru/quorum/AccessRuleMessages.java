package naru.quorum;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsRequest;
import org.apache.kafka.common.requests.DeleteAclsResponse;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.apache.kafka.server.authorizer.AclDeleteResult;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Rules of who may do what as Kafka's messages have them. */
final class AccessRuleMessages {
    private AccessRuleMessages() {}

    static CreateAclsRequestData creation(List<AclBinding> rules) {
        return new CreateAclsRequestData()
                .setCreations(rules.stream().map(CreateAclsRequest::aclCreation).toList());
    }

    static List<AclCreateResult> created(ApiMessage answer) {
        List<AclCreateResult> results = new ArrayList<>();
        for (var result : ((CreateAclsResponseData) answer).results()) {
            ApiException refusal = refusal(result.errorCode(), result.errorMessage());
            results.add(refusal == null ? AclCreateResult.SUCCESS : new AclCreateResult(refusal));
        }
        return results;
    }

    static DeleteAclsRequestData deletion(List<AclBindingFilter> filters) {
        return new DeleteAclsRequestData()
                .setFilters(filters.stream().map(DeleteAclsRequest::deleteAclsFilter).toList());
    }

    static List<AclDeleteResult> deleted(ApiMessage answer) {
        List<AclDeleteResult> results = new ArrayList<>();
        for (var filter : ((DeleteAclsResponseData) answer).filterResults()) {
            ApiException refusal = refusal(filter.errorCode(), filter.errorMessage());
            if (refusal != null) {
                results.add(new AclDeleteResult(refusal));
                continue;
            }
            List<AclDeleteResult.AclBindingDeleteResult> deletions = new ArrayList<>();
            for (var rule : filter.matchingAcls()) {
                AclBinding binding = DeleteAclsResponse.aclBinding(rule);
                ApiException kept = refusal(rule.errorCode(), rule.errorMessage());
                deletions.add(
                        kept == null
                                ? new AclDeleteResult.AclBindingDeleteResult(binding)
                                : new AclDeleteResult.AclBindingDeleteResult(binding, kept));
            }
            results.add(new AclDeleteResult(deletions));
        }
        return results;
    }

    private static @Nullable ApiException refusal(short errorCode, @Nullable String message) {
        Errors error = Errors.forCode(errorCode);
        return error == Errors.NONE ? null : error.exception(message);
    }
}
