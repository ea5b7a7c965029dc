package naru.broker.coordinator;

import naru.broker.config.NodeConfig;
import naru.coordination.group.GroupSettings;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;

/**
 * What the host of the group coordinator needs to know, from the node's configuration.
 *
 * @param offsetsPartitions partitions of {@code __consumer_offsets} when it is created
 * @param offsetsReplicationFactor wanted replicas of it
 * @param isReplicationFactorGiven whether somebody chose that, so that it is not to be lowered
 * @param offsetsSegmentBytes its segments' size
 * @param compression of the batches that are written to it
 * @param commitTimeoutMillis how long a reply waits for its records to be committed
 * @param loadBytes how much of it is read at a time
 * @param retentionCheckMillis how often offsets are looked at for expiry
 */
public record CoordinatorOptions(
        GroupSettings groups,
        int offsetsPartitions,
        int offsetsReplicationFactor,
        boolean isReplicationFactorGiven,
        int offsetsSegmentBytes,
        Compression compression,
        int commitTimeoutMillis,
        int loadBytes,
        long retentionCheckMillis) {
    private static final String REPLICATION_FACTOR = "offsets.topic.replication.factor";

    public static CoordinatorOptions of(NodeConfig config) {
        CompressionType codec =
                CompressionType.forId(config.integer("offsets.topic.compression.codec"));
        return new CoordinatorOptions(
                GroupSettings.of(config::integer),
                config.integer("offsets.topic.num.partitions"),
                config.integer(REPLICATION_FACTOR),
                config.given(REPLICATION_FACTOR),
                config.integer("offsets.topic.segment.bytes"),
                Compression.of(codec).build(),
                config.integer("offsets.commit.timeout.ms"),
                config.integer("offsets.load.buffer.size"),
                config.number("offsets.retention.check.interval.ms"));
    }

    /** A default is lowered to the brokers that there are; a choice is not. */
    short replicationFactor(int brokers) {
        return (short)
                (isReplicationFactorGiven
                        ? offsetsReplicationFactor
                        : Math.max(1, Math.min(offsetsReplicationFactor, brokers)));
    }
}
