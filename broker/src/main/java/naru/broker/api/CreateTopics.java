package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.quota.ClientQuotas;
import naru.broker.quota.Mutations;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** CreateTopics: the controller makes them; answered when this node knows them too. */
public final class CreateTopics implements RequestHandler {
    /** First version whose clients understand a refusal for their quota. */
    private static final int STRICT_SINCE = 6;

    private final Quorum quorum;
    private final ImageWait images;
    private final Access access;
    private final ClientQuotas quotas;

    public CreateTopics(Quorum quorum, ImageWait images, Access access, ClientQuotas quotas) {
        this.quorum = quorum;
        this.images = images;
        this.access = access;
        this.quotas = quotas;
    }

    @Override
    public void handle(Request request) {
        CreateTopicsRequestData body = (CreateTopicsRequestData) request.body();
        CreateTopicsRequestData permitted = body.duplicate();
        List<CreatableTopicResult> refused = new ArrayList<>();
        permitted.topics().removeIf(topic -> refuse(request, topic, refused));
        Mutations mutations = ControllerCall.mutations(quotas, request, STRICT_SINCE);
        quorum.controller()
                .createTopics(
                        ControllerCall.caller(request, body.timeoutMs(), mutations), permitted)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                response -> {
                                    request.throttle(mutations.throttleMillis());
                                    response.topics()
                                            .forEach(topic -> hideSettings(request, topic));
                                    response.topics().addAll(refused);
                                    replyWhenUsable(request, body, response);
                                }));
    }

    private boolean refuse(
            Request request, CreatableTopic topic, List<CreatableTopicResult> refused) {
        String refusal = refusal(request, topic);
        if (refusal == null) {
            return false;
        }
        boolean first = refused.stream().noneMatch(each -> each.name().equals(topic.name()));
        if (first) {
            refused.add(
                    new CreatableTopicResult()
                            .setName(topic.name())
                            .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                            .setErrorMessage(refusal));
        }
        return true;
    }

    private @Nullable String refusal(Request request, CreatableTopic topic) {
        if (!access.mayCreateTopic(request, topic.name())) {
            return "Authorization failed.";
        }
        for (CreatableTopicConfig setting : topic.configs()) {
            ApiError refusal =
                    ConfigAccess.settingRefusal(access, request, setting.name(), setting.value());
            if (refusal != null) {
                return refusal.messageWithFallback();
            }
        }
        return null;
    }

    private void hideSettings(Request request, CreatableTopicResult topic) {
        if (topic.errorCode() == Errors.NONE.code()
                && !access.permittedOnTopic(request, AclOperation.DESCRIBE_CONFIGS, topic.name())) {
            topic.setTopicConfigErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                    .setNumPartitions(-1)
                    .setReplicationFactor((short) -1)
                    .setConfigs(List.of());
        }
    }

    private void replyWhenUsable(
            Request request, CreateTopicsRequestData body, CreateTopicsResponseData response) {
        if (body.validateOnly()) {
            request.reply(response);
            return;
        }
        images.until(image -> knowsAll(image, response), body.timeoutMs())
                .whenComplete((nothing, failure) -> request.reply(response));
    }

    private static boolean knowsAll(ClusterImage image, CreateTopicsResponseData response) {
        for (CreatableTopicResult topic : response.topics()) {
            if (topic.errorCode() == Errors.NONE.code() && image.topic(topic.name()) == null) {
                return false;
            }
        }
        return true;
    }
}
