package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What differs between two successive {@link ClusterImage}s. */
public record ClusterChange(
        List<TopicChange> changedTopics,
        List<DeletedTopic> deletedTopics,
        Set<ConfigResource> changedConfigs,
        boolean brokersChanged,
        AccessRuleChange accessRules) {

    /** All topics of an image and what is configured, for who has seen no image before. */
    public static ClusterChange whole(ClusterImage image) {
        List<TopicChange> topics = new ArrayList<>(image.topicCount());
        for (ClusterImage.Topic topic : image.topics()) {
            Map<Integer, ClusterImage.PartitionState> partitions = new HashMap<>();
            for (int index = 0; index < topic.partitionCount(); index++) {
                ClusterImage.PartitionState state = topic.partition(index);
                if (state != null) {
                    partitions.put(index, state);
                }
            }
            topics.add(new TopicChange(topic.name(), topic.id(), partitions));
        }
        Set<ConfigResource> configs = new HashSet<>();
        for (ConfigResource.Type type : ConfigResource.Type.values()) {
            configs.addAll(image.configuredResources(type));
        }
        List<AclBinding> rules = List.copyOf(image.accessRules());
        return new ClusterChange(
                topics, List.of(), configs, true, new AccessRuleChange(rules, List.of()));
    }

    /** A new topic, or one with new or changed partitions. */
    public record TopicChange(
            String name, Uuid id, Map<Integer, ClusterImage.PartitionState> changedPartitions) {}

    public record DeletedTopic(String name, Uuid id) {}

    /** Rules of who may do what that are new, and that are no more. */
    public record AccessRuleChange(List<AclBinding> added, List<AclBinding> removed) {
        public static final AccessRuleChange NONE = new AccessRuleChange(List.of(), List.of());

        public boolean isEmpty() {
            return added.isEmpty() && removed.isEmpty();
        }
    }
}
