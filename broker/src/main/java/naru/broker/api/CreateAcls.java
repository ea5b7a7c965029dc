package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.access.AccessByRules;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateAclsResponseData.AclCreationResult;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.authorizer.AclCreateResult;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** CreateAcls: adds rules of who may do what; answered when they are in force here (KIP-140). */
public final class CreateAcls implements RequestHandler {
    private static final short PATTERNS_SINCE = 1;
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final ImageWait images;
    private final AccessByRules rules;
    private final Access access;

    public CreateAcls(Quorum quorum, ImageWait images, AccessByRules rules, Access access) {
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
        List<AclCreation> asked = ((CreateAclsRequestData) request.body()).creations();
        List<AclCreationResult> results = new ArrayList<>(asked.size());
        List<AclBinding> good = new ArrayList<>(asked.size());
        List<AclCreationResult> ofGood = new ArrayList<>(asked.size());
        for (AclCreation one : asked) {
            AclCreationResult result = new AclCreationResult().setErrorMessage(null);
            results.add(result);
            AclBinding rule = rule(request.version(), one, result);
            if (rule != null) {
                good.add(rule);
                ofGood.add(result);
            }
        }
        CreateAclsResponseData response = new CreateAclsResponseData().setResults(results);
        if (good.isEmpty()) {
            request.reply(response);
            return;
        }
        quorum.controller()
                .createAcls(ControllerCall.caller(request, TIMEOUT_MILLIS), good)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                outcomes ->
                                        replyInForce(request, response, good, ofGood, outcomes)));
    }

    private void replyInForce(
            Request request,
            CreateAclsResponseData response,
            List<AclBinding> good,
            List<AclCreationResult> results,
            List<AclCreateResult> outcomes) {
        List<AclBinding> created = new ArrayList<>(good.size());
        for (int i = 0; i < outcomes.size(); i++) {
            ApiException failure = outcomes.get(i).exception().orElse(null);
            if (failure == null) {
                created.add(good.get(i));
                access.changed(request, "added " + good.get(i));
            } else {
                refuse(results.get(i), failure);
            }
        }
        images.until(image -> created.stream().allMatch(rules::knows), TIMEOUT_MILLIS)
                .whenComplete((nothing, never) -> request.reply(response));
    }

    /** The rule that is asked for, or null when it is refused. */
    private static @Nullable AclBinding rule(
            short version, AclCreation asked, AclCreationResult result) {
        try {
            if (version < PATTERNS_SINCE) {
                asked.setResourcePatternType(PatternType.LITERAL.code());
            }
            AclBinding rule = CreateAclsRequest.aclBinding(asked);
            check(rule.pattern());
            return rule;
        } catch (ApiException refused) {
            refuse(result, refused);
        } catch (IllegalArgumentException impossible) {
            refuse(result, new InvalidRequestException(impossible.getMessage()));
        }
        return null;
    }

    private static void check(ResourcePattern resource) {
        if (resource.resourceType() == ResourceType.CLUSTER
                && !resource.name().equals(Resource.CLUSTER_NAME)) {
            throw new InvalidRequestException(
                    "The only valid name for the CLUSTER resource is " + Resource.CLUSTER_NAME);
        }
        if (resource.name().isEmpty()) {
            throw new InvalidRequestException("Invalid empty resource name");
        }
    }

    private static void refuse(AclCreationResult result, ApiException failure) {
        ApiError error = ApiError.fromThrowable(failure);
        result.setErrorCode(error.error().code()).setErrorMessage(error.messageWithFallback());
    }
}
