package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.Quorum;

import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.requests.ApiError;

import java.util.ArrayList;
import java.util.List;

/** AlterConfigs: replaces all settings of a resource. Older than IncrementalAlterConfigs. */
public final class AlterConfigs implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final Access access;

    public AlterConfigs(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        AlterConfigsRequestData permitted = ((AlterConfigsRequestData) request.body()).duplicate();
        List<AlterConfigsResourceResponse> refused = new ArrayList<>();
        permitted.resources().removeIf(resource -> refuse(request, resource, refused));
        quorum.controller()
                .alterConfigs(ControllerCall.caller(request, TIMEOUT_MILLIS), permitted)
                .whenComplete((response, failure) -> {
                    if (failure != null) {
                        request.fail(failure);
                    } else {
                        response.responses().addAll(refused);
                        request.reply(response);
                    }
                });
    }

    private boolean refuse(
            Request request,
            AlterConfigsResource resource,
            List<AlterConfigsResourceResponse> refused) {
        ApiError refusal =
                ConfigAccess.alterRefusal(
                        access, request, resource.resourceType(), resource.resourceName());
        if (refusal == null) {
            return false;
        }
        refused.add(
                new AlterConfigsResourceResponse()
                        .setResourceType(resource.resourceType())
                        .setResourceName(resource.resourceName())
                        .setErrorCode(refusal.error().code())
                        .setErrorMessage(refusal.messageWithFallback()));
        return true;
    }
}
