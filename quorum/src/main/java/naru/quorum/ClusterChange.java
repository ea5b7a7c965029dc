package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What differs between two successive {@link ClusterImage}s. */
public record ClusterChange(
        List<TopicChange> changedTopics,
        List<DeletedTopic> deletedTopics,
        Set<ConfigResource> changedConfigs,
        boolean brokersChanged) {

    /** A new topic, or one with new or changed partitions. */
    public record TopicChange(
            String name, Uuid id, Map<Integer, ClusterImage.PartitionState> changedPartitions) {}

    public record DeletedTopic(String name, Uuid id) {}
}
