package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.AclsDelta;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.authorizer.StandardAcl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads Kafka's deltas. */
final class Changes {
    private Changes() {}

    static ClusterChange of(MetadataDelta delta) {
        TopicsDelta topics = delta.topicsDelta();
        Set<ConfigResource> configs =
                delta.configsDelta() == null
                        ? Set.of()
                        : Set.copyOf(delta.configsDelta().changes().keySet());
        return new ClusterChange(
                topics == null ? List.of() : changed(topics),
                topics == null ? List.of() : deleted(topics),
                configs,
                delta.clusterDelta() != null,
                accessRules(delta));
    }

    private static ClusterChange.AccessRuleChange accessRules(MetadataDelta delta) {
        AclsDelta acls = delta.aclsDelta();
        if (acls == null || acls.changes().isEmpty()) {
            return ClusterChange.AccessRuleChange.NONE;
        }
        Map<Uuid, StandardAcl> before = delta.image().acls().acls();
        List<AclBinding> added = new ArrayList<>();
        List<AclBinding> removed = new ArrayList<>();
        acls.changes()
                .forEach((id, rule) -> {
                    StandardAcl former = before.get(id);
                    if (former != null) {
                        removed.add(former.toBinding());
                    }
                    rule.ifPresent(present -> added.add(present.toBinding()));
                });
        return new ClusterChange.AccessRuleChange(List.copyOf(added), List.copyOf(removed));
    }

    private static List<ClusterChange.TopicChange> changed(TopicsDelta topics) {
        List<ClusterChange.TopicChange> changes = new ArrayList<>(topics.changedTopics().size());
        for (TopicDelta topic : topics.changedTopics().values()) {
            Map<Integer, ClusterImage.PartitionState> partitions = new HashMap<>();
            for (Map.Entry<Integer, PartitionRegistration> partition :
                    topic.partitionChanges().entrySet()) {
                partitions.put(partition.getKey(), ImageView.partition(partition.getValue()));
            }
            changes.add(
                    new ClusterChange.TopicChange(
                            topic.name(), topic.id(), Map.copyOf(partitions)));
        }
        return List.copyOf(changes);
    }

    private static List<ClusterChange.DeletedTopic> deleted(TopicsDelta topics) {
        List<ClusterChange.DeletedTopic> deletions = new ArrayList<>();
        for (Uuid id : topics.deletedTopicIds()) {
            TopicImage topic = topics.image().getTopic(id);
            if (topic != null) {
                deletions.add(new ClusterChange.DeletedTopic(topic.name(), id));
            }
        }
        return List.copyOf(deletions);
    }
}
