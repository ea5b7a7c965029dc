package naru.broker.config;

import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerNode;

import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;

import java.util.Map;
import java.util.TreeMap;

/** How topics are made that nobody made: Kafka's own in their own way, others by the defaults. */
public final class InternalTopics {
    private static final int CONTROLLERS_DEFAULT = -1;

    private InternalTopics() {}

    /** How many brokers there are to place replicas on: those that are away come back. */
    public static int takers(ClusterImage image) {
        return (int) image.brokers().stream().filter(BrokerNode::takesReplicas).count();
    }

    /**
     * @param brokers how many brokers there are to place replicas on
     */
    public static CreatableTopic creatable(String name, NodeConfig node, int brokers) {
        return switch (name) {
            case Topic.GROUP_METADATA_TOPIC_NAME ->
                    topic(
                            name,
                            node.integer("offsets.topic.num.partitions"),
                            node.internalReplicationFactor(
                                    "offsets.topic.replication.factor", brokers),
                            Map.of(
                                    "cleanup.policy", "compact",
                                    "compression.type", "producer",
                                    "segment.bytes", text(node, "offsets.topic.segment.bytes")));
            case Topic.TRANSACTION_STATE_TOPIC_NAME ->
                    topic(
                            name,
                            node.integer("transaction.state.log.num.partitions"),
                            node.internalReplicationFactor(
                                    "transaction.state.log.replication.factor", brokers),
                            Map.of(
                                    "cleanup.policy", "compact",
                                    "compression.type", "uncompressed",
                                    "unclean.leader.election.enable", "false",
                                    "min.insync.replicas",
                                            text(node, "transaction.state.log.min.isr"),
                                    "segment.bytes",
                                            text(node, "transaction.state.log.segment.bytes")));
            case Topic.SHARE_GROUP_STATE_TOPIC_NAME ->
                    topic(
                            name,
                            node.integer("share.coordinator.state.topic.num.partitions"),
                            node.internalReplicationFactor(
                                    "share.coordinator.state.topic.replication.factor", brokers),
                            Map.of(
                                    "cleanup.policy", "delete",
                                    "compression.type", "uncompressed",
                                    "retention.ms", "-1",
                                    "min.insync.replicas",
                                            text(node, "share.coordinator.state.topic.min.isr"),
                                    "segment.bytes",
                                            text(
                                                    node,
                                                    "share.coordinator.state.topic.segment.bytes")));
            default -> topic(name, CONTROLLERS_DEFAULT, (short) CONTROLLERS_DEFAULT, Map.of());
        };
    }

    /** How many replicas Kafka's own topics shall have, by their names. */
    public static Map<String, Integer> wantedReplicas(NodeConfig node) {
        return Map.of(
                Topic.GROUP_METADATA_TOPIC_NAME,
                node.integer("offsets.topic.replication.factor"),
                Topic.TRANSACTION_STATE_TOPIC_NAME,
                node.integer("transaction.state.log.replication.factor"),
                Topic.SHARE_GROUP_STATE_TOPIC_NAME,
                node.integer("share.coordinator.state.topic.replication.factor"));
    }

    private static CreatableTopic topic(
            String name, int partitions, short replicas, Map<String, String> settings) {
        CreatableTopic topic =
                new CreatableTopic()
                        .setName(name)
                        .setNumPartitions(partitions)
                        .setReplicationFactor(replicas);
        new TreeMap<>(settings)
                .forEach((key, value) ->
                        topic.configs()
                                .add(new CreatableTopicConfig().setName(key).setValue(value)));
        return topic;
    }

    private static String text(NodeConfig node, String key) {
        return Integer.toString(node.integer(key));
    }
}
