package naru.rest.v3;

import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.rest.cluster.Answers;

import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The cluster and its brokers. */
final class ClustersApi {
    Answer clusters(Scope scope) throws InterruptedException {
        Resource all = new Resource(scope.call().origin() + "/v3/clusters", "");
        return all.list("KafkaClusterList", List.of(tree(scope)));
    }

    Answer cluster(Scope scope) throws InterruptedException {
        return Resource.ok(tree(scope));
    }

    private static ObjectNode tree(Scope scope) throws InterruptedException {
        Resource cluster = scope.cluster();
        ObjectNode tree = scope.with(cluster.of("KafkaCluster"));
        Node controller = Answers.of(scope.admin().describeCluster().controller());
        if (controller != null && !controller.isEmpty()) {
            cluster.link(tree, "controller", "brokers/" + controller.id());
        }
        cluster.link(tree, "acls", "acls");
        cluster.link(tree, "brokers", "brokers");
        cluster.link(tree, "broker_configs", "broker-configs");
        cluster.link(tree, "consumer_groups", "consumer-groups");
        cluster.link(tree, "topics", "topics");
        cluster.link(tree, "partition_reassignments", "topics/-/partitions/-/reassignment");
        return tree;
    }

    Answer brokers(Scope scope) throws InterruptedException {
        List<ObjectNode> all = nodes(scope).stream().map(node -> tree(scope, node)).toList();
        return scope.cluster().at("brokers").list("KafkaBrokerList", all);
    }

    Answer broker(Scope scope) throws InterruptedException {
        return Resource.ok(tree(scope, node(scope)));
    }

    static List<Node> nodes(Scope scope) throws InterruptedException {
        DescribeClusterResult cluster = scope.admin().describeCluster();
        Collection<Node> nodes = Answers.of(cluster.nodes());
        return nodes.stream().sorted(Comparator.comparingInt(Node::id)).toList();
    }

    /** The broker of the path. */
    static Node node(Scope scope) throws InterruptedException {
        int wanted = scope.number("broker");
        for (Node each : nodes(scope)) {
            if (each.id() == wanted) {
                return each;
            }
        }
        throw Scope.notFound();
    }

    static Resource resource(Scope scope, int broker) {
        return scope.cluster().at("brokers", "broker", broker);
    }

    private static ObjectNode tree(Scope scope, Node node) {
        Resource broker = resource(scope, node.id());
        ObjectNode tree = scope.with(broker.of("KafkaBroker"));
        tree.put("broker_id", node.id());
        tree.put("host", node.host());
        tree.put("port", node.port());
        tree.put("rack", node.rack());
        broker.link(tree, "configs", "configs");
        broker.link(tree, "partition_replicas", "partition-replicas");
        return tree;
    }

    Answer replicas(Scope scope) throws InterruptedException {
        int broker = node(scope).id();
        List<ObjectNode> all = new ArrayList<>();
        for (TopicDescription topic : TopicsApi.all(scope)) {
            for (TopicPartitionInfo partition : topic.partitions()) {
                for (Node replica : partition.replicas()) {
                    if (replica.id() == broker) {
                        all.add(PartitionsApi.replica(scope, topic.name(), partition, replica));
                    }
                }
            }
        }
        return resource(scope, broker).at("partition-replicas").list("KafkaReplicaList", all);
    }
}
