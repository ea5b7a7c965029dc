package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.quota.ClientQuotas;
import naru.broker.quota.Mutations;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** CreatePartitions: adds partitions to topics; answered when this node knows them too. */
public final class CreatePartitions implements RequestHandler {
    /** First version whose clients understand a refusal for their quota. */
    private static final int STRICT_SINCE = 3;

    private final Quorum quorum;
    private final ImageWait images;
    private final Access access;
    private final ClientQuotas quotas;

    public CreatePartitions(Quorum quorum, ImageWait images, Access access, ClientQuotas quotas) {
        this.quorum = quorum;
        this.images = images;
        this.access = access;
        this.quotas = quotas;
    }

    @Override
    public void handle(Request request) {
        CreatePartitionsRequestData body = (CreatePartitionsRequestData) request.body();
        CreatePartitionsRequestData permitted = body.duplicate();
        List<CreatePartitionsTopicResult> refused = new ArrayList<>();
        permitted.topics().removeIf(topic -> refuse(request, topic.name(), refused));
        Map<String, Integer> counts = new HashMap<>();
        for (CreatePartitionsTopic topic : body.topics()) {
            counts.put(topic.name(), topic.count());
        }
        Mutations mutations = ControllerCall.mutations(quotas, request, STRICT_SINCE);
        quorum.controller()
                .createPartitions(
                        ControllerCall.caller(request, body.timeoutMs(), mutations), permitted)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                response -> {
                                    request.throttle(mutations.throttleMillis());
                                    for (CreatePartitionsTopicResult result : response.results()) {
                                        if (body.validateOnly()
                                                || result.errorCode() != Errors.NONE.code()) {
                                            counts.remove(result.name());
                                        }
                                    }
                                    response.results().addAll(refused);
                                    refused.forEach(result -> counts.remove(result.name()));
                                    images.until(image -> knowsAll(image, counts), body.timeoutMs())
                                            .whenComplete(
                                                    (nothing, never) -> request.reply(response));
                                }));
    }

    private boolean refuse(
            Request request, String topic, List<CreatePartitionsTopicResult> refused) {
        if (access.allowedOnTopic(request, AclOperation.ALTER, topic)) {
            return false;
        }
        refused.add(
                new CreatePartitionsTopicResult()
                        .setName(topic)
                        .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())
                        .setErrorMessage(Errors.TOPIC_AUTHORIZATION_FAILED.message()));
        return true;
    }

    private static boolean knowsAll(ClusterImage image, Map<String, Integer> counts) {
        for (Map.Entry<String, Integer> wanted : counts.entrySet()) {
            ClusterImage.Topic topic = image.topic(wanted.getKey());
            if (topic != null && topic.partitionCount() < wanted.getValue()) {
                return false;
            }
        }
        return true;
    }
}
