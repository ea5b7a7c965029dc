package naru.rest.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Refusal;
import naru.rest.cluster.Answers;

import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Topics: listed, made, grown and deleted. */
final class TopicsApi {
    private static final int REPLICAS_MOST = Short.MAX_VALUE;

    Answer list(Scope scope) throws InterruptedException {
        List<ObjectNode> topics = all(scope).stream().map(topic -> tree(scope, topic)).toList();
        return scope.cluster().at("topics").list("KafkaTopicList", topics);
    }

    /** All that the user may see, in the order of their names. */
    static List<TopicDescription> all(Scope scope) throws InterruptedException {
        Collection<String> names =
                Answers.of(
                        scope.admin()
                                .listTopics(new ListTopicsOptions().listInternal(true))
                                .names());
        DescribeTopicsResult asked = scope.admin().describeTopics(new TreeSet<>(names));
        List<TopicDescription> all = new ArrayList<>();
        for (String name : new TreeSet<>(names)) {
            try {
                all.add(Answers.of(asked.topicNameValues().get(name)));
            } catch (UnknownTopicOrPartitionException deletedMeanwhile) {
                // What is not there any more is not listed.
            }
        }
        return all;
    }

    static TopicDescription describe(Scope scope) throws InterruptedException {
        String name = scope.variable("topic");
        DescribeTopicsOptions options =
                new DescribeTopicsOptions()
                        .includeAuthorizedOperations(
                                scope.call().flag("include_authorized_operations"));
        return Answers.of(
                scope.admin().describeTopics(List.of(name), options).topicNameValues().get(name));
    }

    static Resource resource(Scope scope, String topic) {
        return scope.cluster().at("topics", "topic", topic);
    }

    Answer get(Scope scope) throws InterruptedException {
        return Resource.ok(tree(scope, describe(scope)));
    }

    private static ObjectNode tree(Scope scope, TopicDescription topic) {
        int replicas =
                topic.partitions().isEmpty() ? 0 : topic.partitions().getFirst().replicas().size();
        ObjectNode tree =
                tree(scope, topic.name(), topic.isInternal(), replicas, topic.partitions().size());
        ArrayNode operations = tree.putArray("authorized_operations");
        if (topic.authorizedOperations() != null) {
            topic.authorizedOperations().stream()
                    .map(AclOperation::name)
                    .sorted()
                    .forEach(operations::add);
        }
        return tree;
    }

    private static ObjectNode tree(
            Scope scope, String name, boolean internal, int replicas, int partitions) {
        Resource topic = resource(scope, name);
        ObjectNode tree = scope.with(topic.of("KafkaTopic"));
        tree.put("topic_name", name);
        tree.put("is_internal", internal);
        tree.put("replication_factor", replicas);
        tree.put("partitions_count", partitions);
        topic.link(tree, "partitions", "partitions");
        topic.link(tree, "configs", "configs");
        topic.link(tree, "partition_reassignments", "partitions/-/reassignment");
        return tree;
    }

    Answer create(Scope scope) throws InterruptedException {
        ObjectNode body =
                scope.body(
                        "topic_name",
                        "partitions_count",
                        "replication_factor",
                        "replicas_assignments",
                        "configs",
                        "validate_only");
        NewTopic wanted = newTopic(body);
        wanted.configs(configs(body));
        boolean dry = Scope.flag(body, "validate_only");
        CreateTopicsResult result =
                scope.admin()
                        .createTopics(List.of(wanted), new CreateTopicsOptions().validateOnly(dry));
        Answers.of(result.all());
        ObjectNode tree =
                tree(
                        scope,
                        wanted.name(),
                        false,
                        known(result.replicationFactor(wanted.name())),
                        known(result.numPartitions(wanted.name())));
        tree.putArray("authorized_operations");
        return dry
                ? Resource.ok(tree)
                : Answer.json(201, Resource.TYPE, tree)
                        .with("Location", resource(scope, wanted.name()).url());
    }

    /** Who may make a topic but not see its settings is not told. */
    private static int known(KafkaFuture<Integer> number) throws InterruptedException {
        try {
            return Answers.of(number);
        } catch (ApiException notTold) {
            return -1;
        }
    }

    private static NewTopic newTopic(ObjectNode body) {
        String name = Scope.needed(body, "topic_name");
        JsonNode placed = body.path("replicas_assignments");
        if (placed.isArray() && !placed.isEmpty()) {
            Map<Integer, List<Integer>> replicas = new HashMap<>();
            for (JsonNode each : placed) {
                Integer partition = Scope.number(each, "partition_id");
                if (partition == null || !each.path("broker_ids").isArray()) {
                    throw new Refusal(
                            400, "replicas_assignments has objects with partition_id, broker_ids");
                }
                List<Integer> brokers = new ArrayList<>();
                each.path("broker_ids").forEach(broker -> brokers.add(broker.asInt(-1)));
                replicas.put(partition, brokers);
            }
            return new NewTopic(name, replicas);
        }
        Integer replicas = Scope.number(body, "replication_factor");
        if (replicas != null && (replicas < Short.MIN_VALUE || replicas > REPLICAS_MOST)) {
            throw new Refusal(400, 40002, "replication_factor is too large");
        }
        return new NewTopic(
                name,
                Optional.ofNullable(Scope.number(body, "partitions_count")),
                Optional.ofNullable(replicas).map(Integer::shortValue));
    }

    private static Map<String, String> configs(ObjectNode body) {
        Map<String, String> configs = new HashMap<>();
        for (JsonNode each : body.path("configs")) {
            configs.put(Scope.needed(each, "name"), Scope.text(each, "value"));
        }
        return configs;
    }

    Answer grow(Scope scope) throws InterruptedException {
        Integer wanted = Scope.number(scope.body("partitions_count"), "partitions_count");
        if (wanted == null) {
            throw new Refusal(400, "the field partitions_count is missing");
        }
        String name = scope.variable("topic");
        Answers.of(
                scope.admin()
                        .createPartitions(Map.of(name, NewPartitions.increaseTo(wanted)))
                        .all());
        return Resource.ok(tree(scope, describe(scope)));
    }

    Answer delete(Scope scope) throws InterruptedException {
        Answers.of(scope.admin().deleteTopics(List.of(scope.variable("topic"))).all());
        return Answer.empty(204);
    }
}
