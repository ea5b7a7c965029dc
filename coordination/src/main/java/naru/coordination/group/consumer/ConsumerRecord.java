package naru.coordination.group.consumer;

import naru.coordination.CoordinatorRecord;
import naru.coordination.group.modern.RecordBytes;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupPartitionMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataValue;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A record of a consumer group of the newer protocol. A null value is a tombstone. */
public sealed interface ConsumerRecord {
    String groupId();

    /** A null value says that the group is gone. */
    record Epoch(String groupId, @Nullable ConsumerGroupMetadataValue value)
            implements ConsumerRecord {}

    record Member(String groupId, String memberId, @Nullable ConsumerGroupMemberMetadataValue value)
            implements ConsumerRecord {}

    record TargetEpoch(String groupId, @Nullable ConsumerGroupTargetAssignmentMetadataValue value)
            implements ConsumerRecord {}

    record Target(String groupId, String memberId, @Nullable TopicPartitions value)
            implements ConsumerRecord {}

    record Current(
            String groupId,
            String memberId,
            @Nullable ConsumerGroupCurrentMemberAssignmentValue value)
            implements ConsumerRecord {}

    record Expression(String groupId, String expression, @Nullable ResolvedExpression value)
            implements ConsumerRecord {}

    /** Of older software, which kept what it knew of topics in the log. */
    record Topics(String groupId) implements ConsumerRecord {}

    short VERSION = 0;

    static boolean isTombstone(ConsumerRecord record) {
        return switch (record) {
            case Epoch epoch -> epoch.value() == null;
            case Member member -> member.value() == null;
            case TargetEpoch target -> target.value() == null;
            case Target target -> target.value() == null;
            case Current current -> current.value() == null;
            case Expression expression -> expression.value() == null;
            case Topics topics -> true;
        };
    }

    /** Null when the record is of another kind. */
    static @Nullable ConsumerRecord decode(CoordinatorRecordType kind, CoordinatorRecord record) {
        if (kind == CoordinatorRecordType.CONSUMER_GROUP_METADATA) {
            var key = RecordBytes.key(record, ConsumerGroupMetadataKey::new);
            return new Epoch(
                    key.groupId(), RecordBytes.value(record, ConsumerGroupMetadataValue::new));
        } else if (kind == CoordinatorRecordType.CONSUMER_GROUP_MEMBER_METADATA) {
            var key = RecordBytes.key(record, ConsumerGroupMemberMetadataKey::new);
            return new Member(
                    key.groupId(),
                    key.memberId(),
                    RecordBytes.value(record, ConsumerGroupMemberMetadataValue::new));
        } else if (kind == CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA) {
            var key = RecordBytes.key(record, ConsumerGroupTargetAssignmentMetadataKey::new);
            return new TargetEpoch(
                    key.groupId(),
                    RecordBytes.value(record, ConsumerGroupTargetAssignmentMetadataValue::new));
        } else if (kind == CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER) {
            var key = RecordBytes.key(record, ConsumerGroupTargetAssignmentMemberKey::new);
            return new Target(
                    key.groupId(),
                    key.memberId(),
                    target(
                            RecordBytes.value(
                                    record, ConsumerGroupTargetAssignmentMemberValue::new)));
        } else if (kind == CoordinatorRecordType.CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT) {
            var key = RecordBytes.key(record, ConsumerGroupCurrentMemberAssignmentKey::new);
            return new Current(
                    key.groupId(),
                    key.memberId(),
                    RecordBytes.value(record, ConsumerGroupCurrentMemberAssignmentValue::new));
        } else if (kind == CoordinatorRecordType.CONSUMER_GROUP_REGULAR_EXPRESSION) {
            var key = RecordBytes.key(record, ConsumerGroupRegularExpressionKey::new);
            var value = RecordBytes.value(record, ConsumerGroupRegularExpressionValue::new);
            return new Expression(
                    key.groupId(),
                    key.regularExpression(),
                    value == null ? null : ResolvedExpression.of(value));
        } else if (kind == CoordinatorRecordType.CONSUMER_GROUP_PARTITION_METADATA) {
            return new Topics(
                    RecordBytes.key(record, ConsumerGroupPartitionMetadataKey::new).groupId());
        }
        return null;
    }

    private static @Nullable TopicPartitions target(
            @Nullable ConsumerGroupTargetAssignmentMemberValue value) {
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
                CoordinatorRecordType.CONSUMER_GROUP_METADATA,
                new ConsumerGroupMetadataKey().setGroupId(groupId),
                VERSION,
                new ConsumerGroupMetadataValue().setEpoch(epoch).setMetadataHash(metadataHash));
    }

    static CoordinatorRecord member(String groupId, ConsumerMember member) {
        return RecordBytes.record(
                CoordinatorRecordType.CONSUMER_GROUP_MEMBER_METADATA,
                new ConsumerGroupMemberMetadataKey().setGroupId(groupId).setMemberId(member.id()),
                VERSION,
                member.subscription().toValue());
    }

    static CoordinatorRecord targetEpoch(String groupId, int epoch, long sinceMillis) {
        return RecordBytes.record(
                CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA,
                new ConsumerGroupTargetAssignmentMetadataKey().setGroupId(groupId),
                VERSION,
                new ConsumerGroupTargetAssignmentMetadataValue()
                        .setAssignmentEpoch(epoch)
                        .setAssignmentTimestamp(sinceMillis));
    }

    static CoordinatorRecord target(String groupId, String memberId, TopicPartitions target) {
        List<ConsumerGroupTargetAssignmentMemberValue.TopicPartition> topics = new ArrayList<>();
        target.partitions()
                .forEach((topic, indexes) ->
                        topics.add(
                                new ConsumerGroupTargetAssignmentMemberValue.TopicPartition()
                                        .setTopicId(topic)
                                        .setPartitions(List.copyOf(new TreeSet<>(indexes)))));
        return RecordBytes.record(
                CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER,
                new ConsumerGroupTargetAssignmentMemberKey()
                        .setGroupId(groupId)
                        .setMemberId(memberId),
                VERSION,
                new ConsumerGroupTargetAssignmentMemberValue().setTopicPartitions(topics));
    }

    static CoordinatorRecord current(String groupId, ConsumerMember member) {
        return RecordBytes.record(
                CoordinatorRecordType.CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT,
                new ConsumerGroupCurrentMemberAssignmentKey()
                        .setGroupId(groupId)
                        .setMemberId(member.id()),
                VERSION,
                member.holding().toValue());
    }

    static CoordinatorRecord expression(
            String groupId, String expression, ResolvedExpression resolved) {
        return RecordBytes.record(
                CoordinatorRecordType.CONSUMER_GROUP_REGULAR_EXPRESSION,
                new ConsumerGroupRegularExpressionKey()
                        .setGroupId(groupId)
                        .setRegularExpression(expression),
                VERSION,
                resolved.toValue());
    }

    // ---- tombstones ----

    static CoordinatorRecord expressionGone(String groupId, String expression) {
        return RecordBytes.tombstone(
                CoordinatorRecordType.CONSUMER_GROUP_REGULAR_EXPRESSION,
                new ConsumerGroupRegularExpressionKey()
                        .setGroupId(groupId)
                        .setRegularExpression(expression));
    }

    /** In an order in which nothing is left half. */
    static List<CoordinatorRecord> memberGone(String groupId, String memberId) {
        return List.of(
                RecordBytes.tombstone(
                        CoordinatorRecordType.CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT,
                        new ConsumerGroupCurrentMemberAssignmentKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER,
                        new ConsumerGroupTargetAssignmentMemberKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.CONSUMER_GROUP_MEMBER_METADATA,
                        new ConsumerGroupMemberMetadataKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)));
    }

    /** The group itself, once its members are gone. */
    static List<CoordinatorRecord> groupGone(String groupId) {
        return List.of(
                RecordBytes.tombstone(
                        CoordinatorRecordType.CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA,
                        new ConsumerGroupTargetAssignmentMetadataKey().setGroupId(groupId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.CONSUMER_GROUP_METADATA,
                        new ConsumerGroupMetadataKey().setGroupId(groupId)));
    }
}
