package naru.coordination.group.streams;

import naru.coordination.CoordinatorRecord;
import naru.coordination.group.modern.RecordBytes;

import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;
import org.apache.kafka.coordinator.group.generated.StreamsGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMetadataValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyValue;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A record of a streams group. A null value is a tombstone. */
public sealed interface StreamsRecord {
    String groupId();

    /** A null value says that the group is gone. */
    record Epoch(String groupId, @Nullable StreamsGroupMetadataValue value)
            implements StreamsRecord {}

    record Topology(String groupId, @Nullable StreamsGroupTopologyValue value)
            implements StreamsRecord {}

    record Member(String groupId, String memberId, @Nullable StreamsGroupMemberMetadataValue value)
            implements StreamsRecord {}

    record TargetEpoch(String groupId, @Nullable StreamsGroupTargetAssignmentMetadataValue value)
            implements StreamsRecord {}

    record Target(
            String groupId,
            String memberId,
            @Nullable StreamsGroupTargetAssignmentMemberValue value)
            implements StreamsRecord {}

    record Current(
            String groupId,
            String memberId,
            @Nullable StreamsGroupCurrentMemberAssignmentValue value)
            implements StreamsRecord {}

    short VERSION = 0;

    static boolean isTombstone(StreamsRecord record) {
        return switch (record) {
            case Epoch epoch -> epoch.value() == null;
            case Topology topology -> topology.value() == null;
            case Member member -> member.value() == null;
            case TargetEpoch target -> target.value() == null;
            case Target target -> target.value() == null;
            case Current current -> current.value() == null;
        };
    }

    /** Null when the record is of another kind. */
    static @Nullable StreamsRecord decode(CoordinatorRecordType kind, CoordinatorRecord record) {
        if (kind == CoordinatorRecordType.STREAMS_GROUP_METADATA) {
            var key = RecordBytes.key(record, StreamsGroupMetadataKey::new);
            return new Epoch(
                    key.groupId(), RecordBytes.value(record, StreamsGroupMetadataValue::new));
        } else if (kind == CoordinatorRecordType.STREAMS_GROUP_TOPOLOGY) {
            var key = RecordBytes.key(record, StreamsGroupTopologyKey::new);
            return new Topology(
                    key.groupId(), RecordBytes.value(record, StreamsGroupTopologyValue::new));
        } else if (kind == CoordinatorRecordType.STREAMS_GROUP_MEMBER_METADATA) {
            var key = RecordBytes.key(record, StreamsGroupMemberMetadataKey::new);
            return new Member(
                    key.groupId(),
                    key.memberId(),
                    RecordBytes.value(record, StreamsGroupMemberMetadataValue::new));
        } else if (kind == CoordinatorRecordType.STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA) {
            var key = RecordBytes.key(record, StreamsGroupTargetAssignmentMetadataKey::new);
            return new TargetEpoch(
                    key.groupId(),
                    RecordBytes.value(record, StreamsGroupTargetAssignmentMetadataValue::new));
        } else if (kind == CoordinatorRecordType.STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER) {
            var key = RecordBytes.key(record, StreamsGroupTargetAssignmentMemberKey::new);
            return new Target(
                    key.groupId(),
                    key.memberId(),
                    RecordBytes.value(record, StreamsGroupTargetAssignmentMemberValue::new));
        } else if (kind == CoordinatorRecordType.STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT) {
            var key = RecordBytes.key(record, StreamsGroupCurrentMemberAssignmentKey::new);
            return new Current(
                    key.groupId(),
                    key.memberId(),
                    RecordBytes.value(record, StreamsGroupCurrentMemberAssignmentValue::new));
        }
        return null;
    }

    // ---- encoding ----

    /**
     * @param validatedTopologyEpoch of the topology whose topics were all there, or -1
     * @param assignmentConfig with which targets are computed in this epoch
     */
    static CoordinatorRecord epoch(
            String groupId,
            int epoch,
            long metadataHash,
            int validatedTopologyEpoch,
            Map<String, String> assignmentConfig) {
        List<StreamsGroupMetadataValue.LastAssignmentConfig> configs = new ArrayList<>();
        new TreeMap<>(assignmentConfig)
                .forEach((key, value) ->
                        configs.add(
                                new StreamsGroupMetadataValue.LastAssignmentConfig()
                                        .setKey(key)
                                        .setValue(value)));
        return RecordBytes.record(
                CoordinatorRecordType.STREAMS_GROUP_METADATA,
                new StreamsGroupMetadataKey().setGroupId(groupId),
                VERSION,
                new StreamsGroupMetadataValue()
                        .setEpoch(epoch)
                        .setMetadataHash(metadataHash)
                        .setValidatedTopologyEpoch(validatedTopologyEpoch)
                        .setLastAssignmentConfigs(configs));
    }

    static CoordinatorRecord topology(String groupId, StreamsGroupTopologyValue topology) {
        return RecordBytes.record(
                CoordinatorRecordType.STREAMS_GROUP_TOPOLOGY,
                new StreamsGroupTopologyKey().setGroupId(groupId),
                VERSION,
                topology);
    }

    static CoordinatorRecord member(String groupId, StreamsMember member) {
        return RecordBytes.record(
                CoordinatorRecordType.STREAMS_GROUP_MEMBER_METADATA,
                new StreamsGroupMemberMetadataKey().setGroupId(groupId).setMemberId(member.id()),
                VERSION,
                member.profile().toValue());
    }

    static CoordinatorRecord targetEpoch(String groupId, int epoch, long sinceMillis) {
        return RecordBytes.record(
                CoordinatorRecordType.STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA,
                new StreamsGroupTargetAssignmentMetadataKey().setGroupId(groupId),
                VERSION,
                new StreamsGroupTargetAssignmentMetadataValue()
                        .setAssignmentEpoch(epoch)
                        .setAssignmentTimestamp(sinceMillis));
    }

    static CoordinatorRecord target(String groupId, String memberId, Tasks target) {
        return RecordBytes.record(
                CoordinatorRecordType.STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER,
                new StreamsGroupTargetAssignmentMemberKey()
                        .setGroupId(groupId)
                        .setMemberId(memberId),
                VERSION,
                target.toValue());
    }

    static CoordinatorRecord current(String groupId, StreamsMember member) {
        return RecordBytes.record(
                CoordinatorRecordType.STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT,
                new StreamsGroupCurrentMemberAssignmentKey()
                        .setGroupId(groupId)
                        .setMemberId(member.id()),
                VERSION,
                member.holding().toValue());
    }

    // ---- tombstones ----

    /** In an order in which nothing is left half. */
    static List<CoordinatorRecord> memberGone(String groupId, String memberId) {
        return List.of(
                RecordBytes.tombstone(
                        CoordinatorRecordType.STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT,
                        new StreamsGroupCurrentMemberAssignmentKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER,
                        new StreamsGroupTargetAssignmentMemberKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.STREAMS_GROUP_MEMBER_METADATA,
                        new StreamsGroupMemberMetadataKey()
                                .setGroupId(groupId)
                                .setMemberId(memberId)));
    }

    /** The group itself, once its members are gone. */
    static List<CoordinatorRecord> groupGone(String groupId) {
        return List.of(
                RecordBytes.tombstone(
                        CoordinatorRecordType.STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA,
                        new StreamsGroupTargetAssignmentMetadataKey().setGroupId(groupId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.STREAMS_GROUP_TOPOLOGY,
                        new StreamsGroupTopologyKey().setGroupId(groupId)),
                RecordBytes.tombstone(
                        CoordinatorRecordType.STREAMS_GROUP_METADATA,
                        new StreamsGroupMetadataKey().setGroupId(groupId)));
    }
}
