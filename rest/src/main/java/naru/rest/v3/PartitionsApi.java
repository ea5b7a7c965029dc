package naru.rest.v3;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Refusal;
import naru.rest.cluster.Answers;
import naru.rest.cluster.Faults;

import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Partitions, their replicas, and those that are being moved. */
final class PartitionsApi {
    Answer list(Scope scope) throws InterruptedException {
        TopicDescription topic = TopicsApi.describe(scope);
        List<ObjectNode> all =
                topic.partitions().stream().map(p -> tree(scope, topic.name(), p)).toList();
        return TopicsApi.resource(scope, topic.name())
                .at("partitions")
                .list("KafkaPartitionList", all);
    }

    Answer get(Scope scope) throws InterruptedException {
        return Resource.ok(tree(scope, scope.variable("topic"), existing(scope)));
    }

    private static TopicPartitionInfo existing(Scope scope) throws InterruptedException {
        int wanted = scope.number("partition");
        for (TopicPartitionInfo each : TopicsApi.describe(scope).partitions()) {
            if (each.partition() == wanted) {
                return each;
            }
        }
        throw new Refusal(
                404,
                Faults.UNKNOWN_TOPIC_OR_PARTITION,
                "This server does not host this topic-partition.");
    }

    static Resource resource(Scope scope, String topic, int partition) {
        return TopicsApi.resource(scope, topic).at("partitions", "partition", partition);
    }

    private static ObjectNode tree(Scope scope, String topic, TopicPartitionInfo info) {
        Resource partition = resource(scope, topic, info.partition());
        ObjectNode tree = scope.with(partition.of("KafkaPartition"));
        tree.put("topic_name", topic);
        tree.put("partition_id", info.partition());
        Node leader = info.leader();
        if (leader != null && !leader.isEmpty()) {
            partition.link(tree, "leader", "replicas/" + leader.id());
        }
        partition.link(tree, "replicas", "replicas");
        partition.link(tree, "reassignment", "reassignment");
        return tree;
    }

    Answer replicas(Scope scope) throws InterruptedException {
        String topic = scope.variable("topic");
        TopicPartitionInfo partition = existing(scope);
        List<ObjectNode> all =
                partition.replicas().stream()
                        .map(node -> replica(scope, topic, partition, node))
                        .toList();
        return resource(scope, topic, partition.partition())
                .at("replicas")
                .list("KafkaReplicaList", all);
    }

    Answer replica(Scope scope) throws InterruptedException {
        int wanted = scope.number("broker");
        TopicPartitionInfo partition = existing(scope);
        for (Node each : partition.replicas()) {
            if (each.id() == wanted) {
                return Resource.ok(replica(scope, scope.variable("topic"), partition, each));
            }
        }
        throw Scope.notFound();
    }

    static ObjectNode replica(Scope scope, String topic, TopicPartitionInfo partition, Node node) {
        Resource replica =
                resource(scope, topic, partition.partition()).at("replicas", "replica", node.id());
        ObjectNode tree = scope.with(replica.of("KafkaReplica"));
        tree.put("topic_name", topic);
        tree.put("partition_id", partition.partition());
        tree.put("broker_id", node.id());
        Node leader = partition.leader();
        tree.put("is_leader", leader != null && leader.id() == node.id());
        tree.put("is_in_sync", partition.isr().stream().anyMatch(each -> each.id() == node.id()));
        ClustersApi.resource(scope, node.id()).linkTo(tree, "broker");
        return tree;
    }

    Answer allReassignments(Scope scope) throws InterruptedException {
        Map<TopicPartition, PartitionReassignment> all =
                Answers.of(scope.admin().listPartitionReassignments().reassignments());
        return scope.cluster()
                .at("topics/-/partitions/-/reassignment")
                .list("KafkaReassignmentList", trees(scope, all));
    }

    Answer reassignmentsOfTopic(Scope scope) throws InterruptedException {
        String topic = scope.variable("topic");
        Map<TopicPartition, PartitionReassignment> moved = new TreeMap<>(order());
        Answers.of(scope.admin().listPartitionReassignments().reassignments())
                .forEach((partition, how) -> {
                    if (partition.topic().equals(topic)) {
                        moved.put(partition, how);
                    }
                });
        return TopicsApi.resource(scope, topic)
                .at("partitions/-/reassignment")
                .list("KafkaReassignmentList", trees(scope, moved));
    }

    Answer reassignment(Scope scope) throws InterruptedException {
        TopicPartition partition =
                new TopicPartition(scope.variable("topic"), existing(scope).partition());
        PartitionReassignment how =
                Answers.of(scope.admin().listPartitionReassignments().reassignments())
                        .get(partition);
        return Resource.ok(
                Optional.ofNullable(how)
                        .map(found -> tree(scope, partition, found))
                        .orElseThrow(Scope::notFound));
    }

    private static Comparator<TopicPartition> order() {
        return Comparator.comparing(TopicPartition::topic)
                .thenComparingInt(TopicPartition::partition);
    }

    private static List<ObjectNode> trees(
            Scope scope, Map<TopicPartition, PartitionReassignment> moved) {
        Map<TopicPartition, PartitionReassignment> sorted = new TreeMap<>(order());
        sorted.putAll(moved);
        List<ObjectNode> trees = new ArrayList<>();
        sorted.forEach((partition, how) -> trees.add(tree(scope, partition, how)));
        return trees;
    }

    private static ObjectNode tree(
            Scope scope, TopicPartition partition, PartitionReassignment how) {
        Resource owner = resource(scope, partition.topic(), partition.partition());
        ObjectNode tree = scope.with(owner.at("reassignment").of("KafkaReassignment"));
        tree.put("topic_name", partition.topic());
        tree.put("partition_id", partition.partition());
        add(tree.putArray("adding_replicas"), how.addingReplicas());
        add(tree.putArray("removing_replicas"), how.removingReplicas());
        owner.link(tree, "replicas", "replicas");
        return tree;
    }

    private static void add(ArrayNode array, List<Integer> numbers) {
        numbers.forEach(array::add);
    }
}
