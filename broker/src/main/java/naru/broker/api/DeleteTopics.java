package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.quota.ClientQuotas;
import naru.broker.quota.Mutations;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** DeleteTopics: by name or by id (KIP-516); answered when this node has forgotten them too. */
public final class DeleteTopics implements RequestHandler {
    /** First version whose clients understand a refusal for their quota. */
    private static final int STRICT_SINCE = 5;

    private final Quorum quorum;
    private final ImageWait images;
    private final Access access;
    private final ClientQuotas quotas;

    public DeleteTopics(Quorum quorum, ImageWait images, Access access, ClientQuotas quotas) {
        this.quorum = quorum;
        this.images = images;
        this.access = access;
        this.quotas = quotas;
    }

    @Override
    public void handle(Request request) {
        DeleteTopicsRequestData body = (DeleteTopicsRequestData) request.body();
        ClusterImage before = quorum.image();
        DeleteTopicsRequestData permitted = body.duplicate();
        List<DeletableTopicResult> refused = new ArrayList<>();
        List<String> names = new ArrayList<>(body.topicNames());
        names.removeIf(name -> refuse(request, name, Uuid.ZERO_UUID, refused));
        List<DeleteTopicState> topics = new ArrayList<>(body.topics());
        topics.removeIf(topic -> refuse(request, name(before, topic), topic.topicId(), refused));
        permitted.setTopicNames(names).setTopics(topics);
        Mutations mutations = ControllerCall.mutations(quotas, request, STRICT_SINCE);
        quorum.controller()
                .deleteTopics(
                        ControllerCall.caller(request, body.timeoutMs(), mutations), permitted)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                response -> {
                                    request.throttle(mutations.throttleMillis());
                                    refused.forEach(response.responses()::add);
                                    Map<String, Uuid> deleted = deleted(before, response);
                                    images.until(
                                                    image -> forgotten(image, deleted),
                                                    body.timeoutMs())
                                            .whenComplete(
                                                    (nothing, never) -> request.reply(response));
                                }));
    }

    private static @Nullable String name(ClusterImage image, DeleteTopicState asked) {
        if (asked.name() != null) {
            return asked.name();
        }
        ClusterImage.Topic topic = image.topic(asked.topicId());
        return topic == null ? null : topic.name();
    }

    /** A topic that the caller may not delete is refused; its name is told only if he knew it. */
    private boolean refuse(
            Request request, @Nullable String name, Uuid id, List<DeletableTopicResult> refused) {
        if (name == null || mayDelete(request, name)) {
            return false;
        }
        boolean known =
                id.equals(Uuid.ZERO_UUID)
                        || access.permittedOnTopic(request, AclOperation.DESCRIBE, name);
        refused.add(
                new DeletableTopicResult()
                        .setName(known ? name : null)
                        .setTopicId(id)
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message()));
        return true;
    }

    private boolean mayDelete(Request request, String name) {
        return access.permittedOnCluster(request, AclOperation.DELETE)
                ? access.allowedOnCluster(request, AclOperation.DELETE)
                : access.allowedOnTopic(request, AclOperation.DELETE, name);
    }

    private static Map<String, Uuid> deleted(
            ClusterImage before, DeleteTopicsResponseData response) {
        Map<String, Uuid> deleted = new HashMap<>();
        for (DeletableTopicResult result : response.responses()) {
            ClusterImage.Topic topic = result.name() == null ? null : before.topic(result.name());
            if (result.errorCode() == Errors.NONE.code() && topic != null) {
                deleted.put(topic.name(), topic.id());
            }
        }
        return deleted;
    }

    /** A topic of the same name may already have been made anew, with another id. */
    private static boolean forgotten(ClusterImage image, Map<String, Uuid> deleted) {
        for (Uuid id : deleted.values()) {
            if (image.topic(id) != null) {
                return false;
            }
        }
        return true;
    }
}
