package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.config.NodeConfig;
import naru.broker.quota.ClientQuotas;
import naru.broker.quota.Mutations;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Metadata: brokers, topics and who leads their partitions. A topic that is asked for by name and
 * does not exist is made first, where the client and the node permit it.
 */
public final class Metadata implements RequestHandler {
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 12;
    private static final short FIRST_VERSION_WITH_CREATION_FLAG = 4;
    private static final short LAST_VERSION_WITH_CLUSTER_OPERATIONS = 10;

    private final Quorum quorum;
    private final Supplier<NodeConfig> node;
    private final Addresses addresses;
    private final TopicCreation creation;
    private final Access access;
    private final ClientQuotas quotas;

    public Metadata(
            Quorum quorum,
            Supplier<NodeConfig> node,
            Addresses addresses,
            TopicCreation creation,
            Access access,
            ClientQuotas quotas) {
        this.quorum = quorum;
        this.node = node;
        this.addresses = addresses;
        this.creation = creation;
        this.access = access;
        this.quotas = quotas;
    }

    @Override
    public void handle(Request request) {
        MetadataRequestData body = (MetadataRequestData) request.body();
        List<MetadataRequestTopic> asked = body.topics();
        if (asked != null && namesTopicsWrongly(request, asked)) {
            request.reply(
                    Errors.INVALID_REQUEST,
                    "version " + request.version() + " of Metadata names topics and knows no ids");
            return;
        }
        boolean all = asked == null || (request.version() == 0 && asked.isEmpty());
        Set<String> missing = all ? Set.of() : missing(request, body);
        Map<String, Errors> refused = refuseCreation(request, missing);
        if (missing.isEmpty()) {
            request.reply(answer(request, body, all, refused));
            return;
        }
        Mutations mutations = ControllerCall.mutations(quotas, request, 0);
        creation.create(ControllerCall.caller(request, 0, mutations), missing)
                .whenComplete(
                        ControllerCall.answering(
                                request,
                                errors -> {
                                    errors.putAll(refused);
                                    request.throttle(mutations.throttleMillis());
                                    request.reply(answer(request, body, false, errors));
                                }));
    }

    /** Takes out of the missing what the client may not create. */
    private Map<String, Errors> refuseCreation(Request request, Set<String> missing) {
        Map<String, Errors> refused = new HashMap<>(0);
        for (String name : missing) {
            if (!access.mayCreateTopic(request, name)) {
                refused.put(name, Errors.TOPIC_AUTHORIZATION_FAILED);
            }
        }
        if (!refused.isEmpty()) {
            missing.removeAll(refused.keySet());
        }
        return refused;
    }

    private static boolean namesTopicsWrongly(Request request, List<MetadataRequestTopic> asked) {
        return request.version() < FIRST_VERSION_WITH_TOPIC_IDS
                && asked.stream()
                        .anyMatch(each ->
                                each.name() == null || !each.topicId().equals(Uuid.ZERO_UUID));
    }

    /** Names that do not exist and are to be made. */
    private Set<String> missing(Request request, MetadataRequestData body) {
        boolean wanted =
                request.version() < FIRST_VERSION_WITH_CREATION_FLAG
                        || body.allowAutoTopicCreation();
        if (!wanted || !node.get().flag("auto.create.topics.enable")) {
            return Set.of();
        }
        ClusterImage image = quorum.image();
        Set<String> missing = new HashSet<>();
        for (MetadataRequestTopic topic : body.topics()) {
            String name = topic.name();
            if (name != null
                    && topic.topicId().equals(Uuid.ZERO_UUID)
                    && image.topic(name) == null
                    && Topic.isValid(name)
                    && access.permittedOnTopic(request, AclOperation.DESCRIBE, name)) {
                missing.add(name);
            }
        }
        return missing;
    }

    private MetadataResponseData answer(
            Request request, MetadataRequestData body, boolean all, Map<String, Errors> created) {
        ClusterImage image = quorum.image();
        List<Addresses.Reachable> brokers =
                addresses.reachable(request, image).stream()
                        .filter(broker -> !broker.fenced())
                        .toList();
        MetadataResponseData response =
                new MetadataResponseData()
                        .setClusterId(quorum.clusterId())
                        .setControllerId(brokers.isEmpty() ? -1 : quorum.nodeId());
        for (Addresses.Reachable broker : brokers) {
            response.brokers()
                    .add(
                            new MetadataResponseData.MetadataResponseBroker()
                                    .setNodeId(broker.id())
                                    .setHost(broker.host())
                                    .setPort(broker.port())
                                    .setRack(broker.rack()));
        }
        TopicMetadata topics = new TopicMetadata(image, request, brokers);
        if (all) {
            addAll(response, topics, image, request, body);
        } else {
            addAsked(response, topics, image, request, body, created);
        }
        if (body.includeClusterAuthorizedOperations()
                && request.version() <= LAST_VERSION_WITH_CLUSTER_OPERATIONS
                && access.permittedOnCluster(request, AclOperation.DESCRIBE)) {
            response.setClusterAuthorizedOperations(
                    AuthorizedOperations.onCluster(access, request));
        }
        return response;
    }

    private void addAll(
            MetadataResponseData response,
            TopicMetadata topics,
            ClusterImage image,
            Request request,
            MetadataRequestData body) {
        for (ClusterImage.Topic topic : image.topics()) {
            if (access.permittedOnTopic(request, AclOperation.DESCRIBE, topic.name())) {
                response.topics().add(withOperations(topics.of(topic), request, body));
            }
        }
    }

    private void addAsked(
            MetadataResponseData response,
            TopicMetadata topics,
            ClusterImage image,
            Request request,
            MetadataRequestData body,
            Map<String, Errors> created) {
        Map<Object, MetadataResponseTopic> answered = new HashMap<>();
        for (MetadataRequestTopic asked : body.topics()) {
            String name = asked.name();
            boolean byId = !asked.topicId().equals(Uuid.ZERO_UUID) || name == null;
            MetadataResponseTopic topic =
                    byId
                            ? byId(topics, image.topic(asked.topicId()), asked.topicId(), request)
                            : byName(topics, image.topic(name), name, request, created);
            if (answered.putIfAbsent(byId ? asked.topicId() : name, topic) == null) {
                response.topics().add(withOperations(topic, request, body));
            }
        }
    }

    private MetadataResponseTopic byId(
            TopicMetadata topics, ClusterImage.@Nullable Topic topic, Uuid id, Request request) {
        if (topic == null) {
            return TopicMetadata.refused(null, id, Errors.UNKNOWN_TOPIC_ID);
        }
        return access.allowedOnTopic(request, AclOperation.DESCRIBE, topic.name())
                ? topics.of(topic)
                : TopicMetadata.refused(null, id, Errors.TOPIC_AUTHORIZATION_FAILED);
    }

    private MetadataResponseTopic byName(
            TopicMetadata topics,
            ClusterImage.@Nullable Topic topic,
            String name,
            Request request,
            Map<String, Errors> created) {
        if (!access.allowedOnTopic(request, AclOperation.DESCRIBE, name)) {
            return TopicMetadata.refused(name, Uuid.ZERO_UUID, Errors.TOPIC_AUTHORIZATION_FAILED);
        }
        if (topic != null) {
            return topics.of(topic);
        }
        if (!Topic.isValid(name)) {
            return TopicMetadata.refused(name, Uuid.ZERO_UUID, Errors.INVALID_TOPIC_EXCEPTION);
        }
        return TopicMetadata.refused(name, Uuid.ZERO_UUID, told(created.get(name)));
    }

    /** A client goes on asking for what it cannot help; it is told what it can. */
    private static Errors told(@Nullable Errors creation) {
        return creation == Errors.INVALID_TOPIC_EXCEPTION
                        || creation == Errors.INVALID_REPLICATION_FACTOR
                        || creation == Errors.TOPIC_AUTHORIZATION_FAILED
                        || creation == Errors.POLICY_VIOLATION
                ? creation
                : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private MetadataResponseTopic withOperations(
            MetadataResponseTopic topic, Request request, MetadataRequestData body) {
        if (body.includeTopicAuthorizedOperations()
                && topic.name() != null
                && topic.errorCode() == Errors.NONE.code()) {
            topic.setTopicAuthorizedOperations(
                    AuthorizedOperations.onTopic(access, request, topic.name()));
        }
        return topic;
    }
}
