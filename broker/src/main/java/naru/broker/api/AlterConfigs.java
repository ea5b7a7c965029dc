package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.requests.ApiError;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** AlterConfigs: replaces all settings of a resource. Older than IncrementalAlterConfigs. */
public final class AlterConfigs implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final ImageWait images;
    private final Access access;

    public AlterConfigs(Quorum quorum, ImageWait images, Access access) {
        this.quorum = quorum;
        this.images = images;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        AlterConfigsRequestData permitted = ((AlterConfigsRequestData) request.body()).duplicate();
        List<AlterConfigsResourceResponse> refused = new ArrayList<>();
        permitted.resources().removeIf(resource -> refuse(request, resource, refused));
        quorum.controller()
                .alterConfigs(ControllerCall.caller(request, TIMEOUT_MILLIS), permitted)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                response -> {
                                    boolean changed =
                                            !permitted.validateOnly()
                                                    && response.responses().stream()
                                                            .allMatch(
                                                                    each -> each.errorCode() == 0);
                                    tell(request, permitted, response.responses());
                                    response.responses().addAll(refused);
                                    images.answer(
                                            request,
                                            response,
                                            image -> !changed || knowsAll(image, permitted));
                                }));
    }

    private void tell(
            Request request,
            AlterConfigsRequestData asked,
            List<AlterConfigsResourceResponse> results) {
        for (AlterConfigsResourceResponse result : results) {
            AlterConfigsResource resource =
                    asked.resources().find(result.resourceType(), result.resourceName());
            if (resource != null && result.errorCode() == 0 && !asked.validateOnly()) {
                ConfigAccess.tell(
                        access,
                        request,
                        resource.resourceType(),
                        resource.resourceName(),
                        resource.configs().stream().map(each -> "ONLY " + each.name()).toList());
            }
        }
    }

    private static boolean knowsAll(ClusterImage image, AlterConfigsRequestData changes) {
        for (AlterConfigsResource resource : changes.resources()) {
            Map<String, String> wanted = new HashMap<>();
            for (AlterableConfig setting : resource.configs()) {
                wanted.put(setting.name(), setting.value());
            }
            if (!image.config(resource(resource)).equals(wanted)) {
                return false;
            }
        }
        return true;
    }

    private static ConfigResource resource(AlterConfigsResource resource) {
        return new ConfigResource(
                ConfigResource.Type.forId(resource.resourceType()), resource.resourceName());
    }

    private boolean refuse(
            Request request,
            AlterConfigsResource resource,
            List<AlterConfigsResourceResponse> refused) {
        ApiError refusal =
                ConfigAccess.alterRefusal(
                        access, request, resource.resourceType(), resource.resourceName());
        for (AlterableConfig setting : resource.configs()) {
            if (refusal == null) {
                refusal =
                        ConfigAccess.settingRefusal(
                                access, request, setting.name(), setting.value());
            }
        }
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
