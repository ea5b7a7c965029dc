package naru.broker.coordinator;

import naru.broker.config.InternalTopics;
import naru.broker.config.NodeConfig;
import naru.coordination.group.GroupSettings;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.record.internal.CompressionType;

import java.util.function.IntFunction;

/**
 * What the host of the group coordinator needs to know, from the node's configuration.
 *
 * @param offsetsPartitions partitions of {@code __consumer_offsets} when it is created
 * @param offsetsTopic how it is created when there are so many brokers
 * @param compression of the batches that are written to it
 * @param commitTimeoutMillis how long a reply waits for its records to be committed
 * @param loadBytes how much of it is read at a time
 * @param retentionCheckMillis how often offsets are looked at for expiry
 */
public record CoordinatorOptions(
        GroupSettings groups,
        int offsetsPartitions,
        IntFunction<CreatableTopic> offsetsTopic,
        Compression compression,
        int commitTimeoutMillis,
        int loadBytes,
        long retentionCheckMillis) {

    public static CoordinatorOptions of(NodeConfig config) {
        CompressionType codec =
                CompressionType.forId(config.integer("offsets.topic.compression.codec"));
        return new CoordinatorOptions(
                GroupSettings.of(config::integer),
                config.integer("offsets.topic.num.partitions"),
                brokers -> InternalTopics.creatable(OffsetsTopic.NAME, config, brokers),
                Compression.of(codec).build(),
                config.integer("offsets.commit.timeout.ms"),
                config.integer("offsets.load.buffer.size"),
                config.number("offsets.retention.check.interval.ms"));
    }
}
