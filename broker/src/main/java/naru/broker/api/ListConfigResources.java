package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;

/** ListConfigResources: what has or can have settings (KIP-1142). */
public final class ListConfigResources implements RequestHandler {
    private static final List<Byte> ALL_TYPES =
            List.of(
                    ConfigResource.Type.TOPIC.id(),
                    ConfigResource.Type.BROKER.id(),
                    ConfigResource.Type.BROKER_LOGGER.id(),
                    ConfigResource.Type.CLIENT_METRICS.id(),
                    ConfigResource.Type.GROUP.id());

    private final Quorum quorum;
    private final Access access;

    public ListConfigResources(Quorum quorum, Access access) {
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ListConfigResourcesRequestData body = (ListConfigResourcesRequestData) request.body();
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        if (!access.allowedOnCluster(request, AclOperation.DESCRIBE_CONFIGS)) {
            request.reply(response.setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code()));
            return;
        }
        for (byte type : types(request.version(), body)) {
            if (!ALL_TYPES.contains(type)) {
                request.reply(
                        new ListConfigResourcesResponseData()
                                .setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
                return;
            }
            for (String name : names(quorum.image(), ConfigResource.Type.forId(type))) {
                response.configResources()
                        .add(
                                new ListConfigResourcesResponseData.ConfigResource()
                                        .setResourceName(name)
                                        .setResourceType(type));
            }
        }
        request.reply(response);
    }

    /** Version 0 was made for client metrics alone. */
    private static List<Byte> types(short version, ListConfigResourcesRequestData body) {
        if (version == 0) {
            return List.of(ConfigResource.Type.CLIENT_METRICS.id());
        }
        return body.resourceTypes().isEmpty()
                ? ALL_TYPES
                : body.resourceTypes().stream().distinct().toList();
    }

    private static List<String> names(ClusterImage image, ConfigResource.Type type) {
        List<String> names = new ArrayList<>();
        switch (type) {
            case TOPIC -> image.topics().forEach(topic -> names.add(topic.name()));
            case BROKER, BROKER_LOGGER ->
                    image.brokers().forEach(broker -> names.add(Integer.toString(broker.id())));
            case CLIENT_METRICS, GROUP ->
                    image.configuredResources(type).forEach(each -> names.add(each.name()));
            case UNKNOWN -> {}
        }
        return names;
    }
}
