package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.requests.ApiError;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** IncrementalAlterConfigs: sets, deletes, appends and subtracts single settings (KIP-339). */
public final class IncrementalAlterConfigs implements RequestHandler {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final ImageWait images;
    private final Access access;

    public IncrementalAlterConfigs(Quorum quorum, ImageWait images, Access access) {
        this.quorum = quorum;
        this.images = images;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        IncrementalAlterConfigsRequestData permitted =
                ((IncrementalAlterConfigsRequestData) request.body()).duplicate();
        List<AlterConfigsResourceResponse> refused = new ArrayList<>();
        permitted.resources().removeIf(resource -> refuse(request, resource, refused));
        quorum.controller()
                .incrementalAlterConfigs(ControllerCall.caller(request, TIMEOUT_MILLIS), permitted)
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
            IncrementalAlterConfigsRequestData asked,
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
                        resource.configs().stream()
                                .map(each ->
                                        OpType.forId(each.configOperation()) + " " + each.name())
                                .toList());
            }
        }
    }

    /** What is set and deleted can be seen in the image; lists that change cannot. */
    private static boolean knowsAll(
            ClusterImage image, IncrementalAlterConfigsRequestData changes) {
        for (AlterConfigsResource resource : changes.resources()) {
            Map<String, String> known =
                    image.config(
                            new ConfigResource(
                                    ConfigResource.Type.forId(resource.resourceType()),
                                    resource.resourceName()));
            for (AlterableConfig setting : resource.configs()) {
                String value = known.get(setting.name());
                boolean set = setting.configOperation() == OpType.SET.id();
                boolean deleted = setting.configOperation() == OpType.DELETE.id();
                if ((set && !Objects.equals(value, setting.value()))
                        || (deleted && value != null)) {
                    return false;
                }
            }
        }
        return true;
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
