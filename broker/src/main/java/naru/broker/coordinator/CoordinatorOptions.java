package naru.broker.coordinator;

import naru.broker.config.InternalTopics;
import naru.broker.config.NodeConfig;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.record.internal.CompressionType;

import java.util.function.IntFunction;

/**
 * What the host of a coordinator needs to know, from the node's configuration.
 *
 * @param topic that holds its records
 * @param partitions of the topic when it is created
 * @param creation how it is created when there are so many brokers
 * @param compression of the batches that are written to it
 * @param commitTimeoutMillis how long a reply waits for its records to be committed
 * @param loadBytes how much of it is read at a time
 */
public record CoordinatorOptions(
        String topic,
        int partitions,
        IntFunction<CreatableTopic> creation,
        Compression compression,
        int commitTimeoutMillis,
        int loadBytes) {

    public static CoordinatorOptions ofGroups(NodeConfig config) {
        CompressionType codec =
                CompressionType.forId(config.integer("offsets.topic.compression.codec"));
        return new CoordinatorOptions(
                Topic.GROUP_METADATA_TOPIC_NAME,
                config.integer("offsets.topic.num.partitions"),
                brokers ->
                        InternalTopics.creatable(Topic.GROUP_METADATA_TOPIC_NAME, config, brokers),
                Compression.of(codec).build(),
                config.integer("offsets.commit.timeout.ms"),
                config.integer("offsets.load.buffer.size"));
    }

    public static CoordinatorOptions ofTransactions(NodeConfig config) {
        return new CoordinatorOptions(
                Topic.TRANSACTION_STATE_TOPIC_NAME,
                config.integer("transaction.state.log.num.partitions"),
                brokers ->
                        InternalTopics.creatable(
                                Topic.TRANSACTION_STATE_TOPIC_NAME, config, brokers),
                Compression.NONE,
                config.integer("offsets.commit.timeout.ms"),
                config.integer("transaction.state.log.load.buffer.size"));
    }

    public static CoordinatorOptions ofShares(NodeConfig config) {
        CompressionType codec =
                CompressionType.forId(
                        config.integer("share.coordinator.state.topic.compression.codec"));
        return new CoordinatorOptions(
                Topic.SHARE_GROUP_STATE_TOPIC_NAME,
                config.integer("share.coordinator.state.topic.num.partitions"),
                brokers ->
                        InternalTopics.creatable(
                                Topic.SHARE_GROUP_STATE_TOPIC_NAME, config, brokers),
                Compression.of(codec).build(),
                config.integer("share.coordinator.write.timeout.ms"),
                config.integer("share.coordinator.load.buffer.size"));
    }
}
