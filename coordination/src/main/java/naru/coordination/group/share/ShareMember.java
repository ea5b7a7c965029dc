package naru.coordination.group.share;

import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.coordinator.group.generated.ShareGroupMemberMetadataValue;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/**
 * A member of a share group, at one time.
 *
 * @param topics names that it wants
 * @param epoch up to which it follows the group; what it must send
 * @param previousEpoch what it may still send when an answer was lost
 */
record ShareMember(
        String id,
        @Nullable String rackId,
        String clientId,
        String clientHost,
        List<String> topics,
        int epoch,
        int previousEpoch,
        TopicPartitions assigned)
        implements ModernMember {

    ShareMember {
        topics = List.copyOf(topics);
    }

    static ShareMember named(String id) {
        return new ShareMember(id, null, "", "", List.of(), JOINING, JOINING, TopicPartitions.NONE);
    }

    @Override
    public @Nullable String instanceId() {
        return null;
    }

    ShareMember with(ShareGroupMemberMetadataValue value) {
        return new ShareMember(
                id,
                value.rackId(),
                value.clientId(),
                value.clientHost(),
                value.subscribedTopicNames(),
                epoch,
                previousEpoch,
                assigned);
    }

    ShareMember holding(int newEpoch, int newPreviousEpoch, TopicPartitions newAssigned) {
        return new ShareMember(
                id, rackId, clientId, clientHost, topics, newEpoch, newPreviousEpoch, newAssigned);
    }

    boolean saysTheSame(ShareMember other) {
        return topics.equals(other.topics)
                && clientId.equals(other.clientId)
                && clientHost.equals(other.clientHost)
                && Objects.equals(rackId, other.rackId);
    }
}
