package naru.simulation;

import naru.broker.config.NodeConfig;
import naru.simulation.node.SimulatedCluster;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The topics of a simulation, with segments so small that they roll all the time. */
final class Topics {
    static final TopicPartition PLAIN = new TopicPartition("plain", 0);
    static final TopicPartition RETAINED = new TopicPartition("retained", 0);
    static final TopicPartition COMPACTED = new TopicPartition("compacted", 0);
    static final TopicPartition QUEUE = new TopicPartition("queue", 0);
    static final TopicPartition LEDGER = new TopicPartition("ledger", 0);
    static final TopicPartition OTHER_LEDGER = new TopicPartition("ledger", 1);
    static final String SHARE_GROUP = "queue-readers";
    static final int LOCK_MILLIS = 1_000;
    static final int DELIVERY_LIMIT = 5;

    static final List<TopicPartition> ALL =
            List.of(PLAIN, RETAINED, COMPACTED, QUEUE, LEDGER, OTHER_LEDGER);

    static final NodeConfig NODE =
            NodeConfig.parse(
                    Map.of(
                            "offsets.topic.num.partitions", "2",
                            "transaction.state.log.num.partitions", "2",
                            "share.coordinator.state.topic.num.partitions", "1",
                            "transaction.state.log.load.buffer.size", "2000",
                            "offsets.load.buffer.size", "2000"));

    private Topics() {}

    static SimulatedCluster cluster(RandomGenerator random, boolean fsync) {
        SimulatedCluster cluster = new SimulatedCluster();
        Map<String, String> common = new HashMap<>();
        common.put("internal.segment.bytes", "" + (1_500 + random.nextInt(6_000)));
        common.put("index.interval.bytes", "" + (100 + random.nextInt(800)));
        common.put("file.delete.delay.ms", "300");
        common.put("retention.ms", "-1");
        common.put("naru.ack", fsync ? "fsync" : "page-cache");
        cluster.add(PLAIN.topic(), 1, common);
        cluster.add(QUEUE.topic(), 1, common);
        cluster.add(LEDGER.topic(), 2, common);
        cluster.add(RETAINED.topic(), 1, with(common, "retention.bytes", "9000"));
        Map<String, String> compact = with(common, "cleanup.policy", "compact");
        compact.put("min.cleanable.dirty.ratio", "0.1");
        compact.put("delete.retention.ms", "1000");
        cluster.add(COMPACTED.topic(), 1, compact);
        cluster.add(Topic.GROUP_METADATA_TOPIC_NAME, 2, compact);
        cluster.add(Topic.TRANSACTION_STATE_TOPIC_NAME, 2, compact);
        cluster.add(Topic.SHARE_GROUP_STATE_TOPIC_NAME, 1, common);
        cluster.configureGroup(
                SHARE_GROUP,
                Map.of(
                        "share.auto.offset.reset",
                        "earliest",
                        "share.record.lock.duration.ms",
                        "" + LOCK_MILLIS,
                        "share.delivery.count.limit",
                        "" + DELIVERY_LIMIT,
                        "share.partition.max.record.locks",
                        "100"));
        return cluster;
    }

    private static Map<String, String> with(Map<String, String> common, String key, String value) {
        Map<String, String> changed = new HashMap<>(common);
        changed.put(key, value);
        return changed;
    }
}
