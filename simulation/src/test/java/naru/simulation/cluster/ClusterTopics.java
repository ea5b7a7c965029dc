package naru.simulation.cluster;

import naru.broker.config.NodeConfig;
import naru.log.compaction.CompactionSettings;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The topics of a simulated cluster of three, each on all of its brokers. */
final class ClusterTopics {
    static final TopicPartition PLAIN = new TopicPartition("plain", 0);
    static final TopicPartition RETAINED = new TopicPartition("retained", 0);
    static final TopicPartition COMPACTED = new TopicPartition("compacted", 0);
    static final TopicPartition LEDGER = new TopicPartition("ledger", 0);
    static final TopicPartition OTHER_LEDGER = new TopicPartition("ledger", 1);
    static final int MIN_IN_SYNC = 2;

    static final List<TopicPartition> ALL =
            List.of(PLAIN, RETAINED, COMPACTED, LEDGER, OTHER_LEDGER);

    static final NodeConfig NODE =
            NodeConfig.parse(
                    Map.of(
                            "offsets.topic.num.partitions", "2",
                            "transaction.state.log.num.partitions", "2",
                            "share.coordinator.state.topic.num.partitions", "1",
                            "transaction.state.log.load.buffer.size", "2000",
                            "offsets.load.buffer.size", "2000"));

    static final CompactionSettings COMPACTION =
            new CompactionSettings(true, 1, 200_000, 0.9, 64 << 10, Double.MAX_VALUE, 10);

    private ClusterTopics() {}

    static void create(ModelController controller, RandomGenerator random, boolean fsync) {
        Map<String, String> common = new HashMap<>();
        common.put("internal.segment.bytes", "" + (1_500 + random.nextInt(6_000)));
        common.put("index.interval.bytes", "" + (100 + random.nextInt(800)));
        common.put("file.delete.delay.ms", "300");
        common.put("retention.ms", "-1");
        common.put("min.insync.replicas", "" + MIN_IN_SYNC);
        common.put("naru.ack", fsync ? "fsync" : "page-cache");
        controller.add(PLAIN.topic(), placed(1, 0), common);
        controller.add(LEDGER.topic(), placed(2, 1), common);
        controller.add(RETAINED.topic(), placed(1, 1), with(common, "retention.bytes", "9000"));
        Map<String, String> compact = with(common, "cleanup.policy", "compact");
        compact.put("min.cleanable.dirty.ratio", "0.1");
        // A replica that was away for longer may have missed markers and tombstones, as with Kafka.
        compact.put("delete.retention.ms", "30000");
        controller.add(COMPACTED.topic(), placed(1, 2), compact);
        controller.add(Topic.GROUP_METADATA_TOPIC_NAME, placed(2, 0), compact);
        controller.add(Topic.TRANSACTION_STATE_TOPIC_NAME, placed(2, 1), compact);
    }

    /** Each partition prefers the next broker as its leader. */
    private static List<List<Integer>> placed(int partitions, int first) {
        List<List<Integer>> replicas = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            int at = first + i;
            replicas.add(List.of(at % 3 + 1, (at + 1) % 3 + 1, (at + 2) % 3 + 1));
        }
        return replicas;
    }

    private static Map<String, String> with(Map<String, String> common, String key, String value) {
        Map<String, String> changed = new HashMap<>(common);
        changed.put(key, value);
        return changed;
    }
}
