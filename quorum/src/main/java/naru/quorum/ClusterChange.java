package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;

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
