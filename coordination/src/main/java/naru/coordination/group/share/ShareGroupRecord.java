package naru.coordination.group.share;

import naru.coordination.CoordinatorRecord;
import naru.coordination.group.modern.RecordBytes;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.ShareGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMetadataValue;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A record of a share group. A null value is a tombstone. */
public sealed interface ShareGroupRecord {
    String groupId();

    /** A null value says that the group is gone. */
    record Epoch(String groupId, @Nullable ShareGroupMetadataValue value)
            implements ShareGroupRecord {}

    record Member(String groupId, String memberId, @Nullable ShareGroupMemberMetadataValue value)
            implements ShareGroupRecord {}

    record TargetEpoch(String groupId, @Nullable ShareGroupTargetAssignmentMetadataValue value)
            implements ShareGroupRecord {}

    record Target(String groupId, String memberId, @Nullable TopicPartitions value)
            implements ShareGroupRecord {}

    record Current(
            String groupId, String memberId, @Nullable ShareGroupCurrentMemberAssignmentValue value)
            implements ShareGroupRecord {}

    record State(String groupId, @Nullable ShareGroupStatePartitionMetadataValue value)
            implements ShareGroupRecord {}

    short VERSION = 0;

    static boolean isTombstone(ShareGroupRecord record) {
        return switch (record) {
            case Epoch epoch -> epoch.value() == null;
            case Member member -> member.value() == null;
            case TargetEpoch target -> target.value() == null;
            case Target target -> target.value() == null;
            case Current current -> current.value() == null;
            case State state -> state.value() == null;
        };
    }

    /** Null when the record is of another kind. */
    static @Nullable ShareGroupRecord decode(CoordinatorRecordType kind, CoordinatorRecord record) {
        if (kind == CoordinatorRecordType.SHARE_GROUP_METADATA) {
            var key = RecordBytes.key(record, ShareGroupMetadataKey::new);
            return new Epoch(
                    key.groupId(), RecordBytes.value(record, ShareGroupMetadataValue::new));
        } else if (kind == CoordinatorRecordType.SHARE_GROUP_MEMBER_METADATA) {
            var key = RecordBytes.key(record, ShareGroupMemberMetadataKey::new);
            return new Member(
                    key.groupId(),
                    key.memberId(),
                    RecordBytes.value(record, ShareGroupMemberMetadataValue::new));
        } else if (kind == CoordinatorRecordType.SHARE_GROUP_TARGET_ASSIGNMENT_METADATA) {
            var key = RecordBytes.key(record, ShareGroupTargetAssignmentMetadataKey::new);
            return new TargetEpoch(
                    key.groupId(),
                    RecordBytes.value(record, ShareGroupTargetAssignmentMetadataValue::new));
        } else if (kind == CoordinatorRecordType.SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER) {
            var key = RecordBytes.key(record, ShareGroupTargetAssignmentMemberKey::new);
            return new Target(
                    key.groupId(),
                    key.memberId(),
                    target(RecordBytes.value(record, ShareGroupTargetAssignmentMemberValue::new)));
        } else if (kind == CoordinatorRecordType.SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT) {
            var key = RecordBytes.key(record, ShareGroupCurrentMemberAssignmentKey::new);
            return new Current(
                    key.groupId(),
                    key.memberId(),
                    RecordBytes.value(record, ShareGroupCurrentMemberAssignmentValue::new));
        } else if (kind == CoordinatorRecordType.SHARE_GROUP_STATE_PARTITION_METADATA) {
            var key = RecordBytes.key(record, ShareGroupStatePartitionMetadataKey::new);
            return new State(
                    key.groupId(),
                    RecordBytes.value(record, ShareGroupStatePartitionMetadataValue::new));
        }
        return null;
    }

    private static @Nullable TopicPartitions target(
            @Nullable ShareGroupTargetAssignmentMemberValue value) {
        if (value == null) {
            return null;
        }
        Map<Uuid, Set<Integer>> partitions = new HashMap<>();
        value.topicPartitions()
                .forEach(topic ->
                        partitions.put(topic.topicId(), new HashSet<>(topic.partitions())));
        return new TopicPartitions(partitions);
    }

    // ---- encoding ----

    static CoordinatorRecord epoch(String groupId, int epoch, long metadataHash) {
        return RecordBytes.record(
                CoordinatorRecordType.SHARE_GROUP_METADATA,
                new ShareGroupMetadataKey().setGroupId(groupId),
                VERSION,
                new ShareGroupMetadataValue().setEpoch(epoch).setMetadataHash(metadataHash));
    }

    static CoordinatorRecord member(String groupId, ShareMember member) {
        return RecordBytes.record(
                CoordinatorRecordType.SHARE_GROUP_MEMBER_METADATA,
                new ShareGroupMemberMetadataKey().setGroupId(groupId).setMemberId(member.id()),
                VERSION,
                new ShareGroupMemberMetadataValue()
                        .setRackId(member.rackId())
                        .setClientId(member.clientId())
                        .setClientHost(member.clientHost())
                        .setSubscribedTopicNames(member.topics()));
    }

    static CoordinatorRecord targetEpoch(String groupId, int epoch, long sinceMillis) {
        return RecordBytes.record(
                CoordinatorRecordType.SHARE_GROUP_TARGET_ASSIGNMENT_METADATA,
                new ShareGroupTargetAssignmentMetadataKey().setGroupId(groupId),
                VERSION,
                new ShareGroupTargetAssignmentMetadataValue()
                        .setAssignmentEpoch(epoch)
                        .setAssignmentTimestamp(sinceMillis));
    }

    static CoordinatorRecord target(String groupId, String memberId, TopicPartitions target) {
        List<ShareGroupTargetAssignmentMemberValue.TopicPartition> topics = new ArrayList<>();
        target.partitions()
                .forEach((topic, indexes) ->
                        topics.add(
                                new ShareGroupTargetAssignmentMemberValue.TopicPartition()
                                        .setTopicId(topic)
                                        .setPartitions(List.copyOf(indexes))));
        return RecordBytes.record(
                CoordinatorRecordType.SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER,
                new ShareGroupTargetAssignmentMemberKey().setGroupId(groupId).setMemberId(memberId),
                VERSION,
                new ShareGroupTargetAssignmentMemberValue().setTopicPartitions(topics));
    }

    static CoordinatorRecord current(String groupId, ShareMember member) {
        List<ShareGroupCurrentMemberAssignmentValue.TopicPartitions> topics = new ArrayList<>();
        member.assigned()
                .partitions()
                .forEach((topic, indexes) ->
                        topics.add(
                                new ShareGroupCurrentMemberAssignmentValue.TopicPartitions()
                                        .setTopicId(topic)
                                        .setPartitions(List.copyOf(indexes))));
        return RecordBytes.record(
                CoordinatorRecordType.SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT,
                new ShareGroupCurrentMemberAssignmentKey()
                        .setGroupId(groupId)
                        .setMemberId(member.id()),
                VERSION,
                new ShareGroupCurrentMemberAssignmentValue()
                        .setMemberEpoch(member.epoch())
                        .setPreviousMemberEpoch(member.previousEpoch())
                        .setAssignedPartitions(topics));
    }

    static CoordinatorRecord state(String groupId, StateTopics topics) {
        return RecordBytes.record(
                CoordinatorRecordType.SHARE_GROUP_STATE_PARTITION_METADATA,
                new ShareGroupStatePartitionMetadataKey().setGroupId(groupId),
                VERSION,
                topics.toValue());
    }

    // ---- tombstones ----

    /** In an order in which nothing is left half. */
    static List<CoordinatorRecord> memberGone(String groupId, String memberId) {
        return List.of(
                RecordBytes.tombstone(
                        CoordinatorRecordType.SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT,
                        new ShareGroupCurrentMemberAssignmentKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER,
                        new ShareGroupTargetAssignmentMemberKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.SHARE_GROUP_MEMBER_METADATA,
                        new ShareGroupMemberMetadataKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)));
    }

    /** What makes an empty group be forgotten. */
    public static List<CoordinatorRecord> forgotten(ShareGroup group) {
        return groupGone(group.id());
    }

    /** The group itself, once its members and its state are gone. */
    static List<CoordinatorRecord> groupGone(String groupId) {
        return List.of(
                RecordBytes.tombstone(
                        CoordinatorRecordType.SHARE_GROUP_STATE_PARTITION_METADATA,
                        new ShareGroupStatePartitionMetadataKey().setGroupId(groupId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.SHARE_GROUP_TARGET_ASSIGNMENT_METADATA,
                        new ShareGroupTargetAssignmentMetadataKey().setGroupId(groupId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.SHARE_GROUP_METADATA,
                        new ShareGroupMetadataKey().setGroupId(groupId)));
    }
}
