package naru.coordination.group;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.ConsumerGroupDescribe;
import naru.coordination.group.GroupCommand.ConsumerGroupHeartbeat;
import naru.coordination.group.consumer.ConsumerGroup;
import naru.coordination.group.consumer.ConsumerHeartbeats;
import naru.coordination.group.consumer.ConsumerQueries;
import naru.coordination.group.consumer.ConsumerRecord;
import naru.coordination.group.consumer.ConsumerSettings;
import naru.coordination.group.consumer.Membership;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;

import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.random.RandomGenerator;

/** The consumer groups of the newer protocol among the groups of a shard. Owned by the shard. */
final class ConsumerRoom {
    private final Surroundings surroundings;
    private final Membership membership;
    private final ConsumerHeartbeats heartbeats;
    private int members;

    ConsumerRoom(
            ConsumerSettings settings,
            Surroundings surroundings,
            RandomGenerator random,
            Deadlines<GroupDeadline> deadlines) {
        this.surroundings = surroundings;
        this.membership = new Membership(settings, surroundings, deadlines);
        this.heartbeats =
                new ConsumerHeartbeats(
                        settings, surroundings, random, membership, deadlines, () -> members);
    }

    void heartbeat(@Nullable Group known, ConsumerGroupHeartbeat heartbeat, Draft draft) {
        ConsumerGroupHeartbeatRequestData request = heartbeat.request();
        Refusal refusal = heartbeats.check(request, heartbeat.caller());
        ConsumerGroup group = Group.consumer(known);
        boolean joins = request.memberEpoch() == ModernMember.JOINING;
        if (refusal == null && group == null) {
            refusal = refusalToFound(known, request.groupId(), joins);
        }
        if (refusal != null) {
            ConsumerHeartbeats.refuse(heartbeat.ticket(), refusal, draft);
            return;
        }
        if (group == null) {
            group = new ConsumerGroup(request.groupId());
            ClassicGroup empty = Group.classic(known);
            if (empty != null && empty.isInLog()) {
                draft.append(GroupRecord.tombstone(empty.id()));
            }
        }
        heartbeats.heartbeat(group, request, heartbeat.caller(), heartbeat.ticket(), draft);
    }

    /** A group begins when a member joins where there is none, or an empty one without members. */
    private static @Nullable Refusal refusalToFound(
            @Nullable Group known, String groupId, boolean joins) {
        if (known == null) {
            return joins
                    ? null
                    : new Refusal(
                            Errors.GROUP_ID_NOT_FOUND, "Consumer group " + groupId + " not found.");
        }
        ClassicGroup classic = Group.classic(known);
        boolean empty =
                classic != null && classic.is(GroupState.EMPTY) && classic.pendingJoinCount() == 0;
        return joins && empty
                ? null
                : new Refusal(
                        Errors.GROUP_ID_NOT_FOUND,
                        "Group " + groupId + " is not a consumer group.");
    }

    void describe(Map<String, Group> groups, ConsumerGroupDescribe describe, Draft draft) {
        ConsumerGroupDescribeResponseData response = new ConsumerGroupDescribeResponseData();
        for (String groupId : describe.groupIds()) {
            Group known = groups.get(groupId);
            ConsumerGroup group = Group.consumer(known);
            if (group != null) {
                response.groups()
                        .add(ConsumerQueries.describe(group, membership, surroundings.topics()));
            } else {
                response.groups()
                        .add(
                                ConsumerQueries.notFound(
                                        groupId,
                                        known == null
                                                ? "Group " + groupId + " not found."
                                                : "Group "
                                                        + groupId
                                                        + " is not a consumer group."));
            }
        }
        draft.reply(describe.ticket(), response);
    }

    void onDeadline(ConsumerGroup group, GroupDeadline due, Draft draft) {
        membership.onDeadline(group, due, draft);
    }

    void onLoaded(ConsumerGroup group, Draft draft) {
        membership.onLoaded(group, draft);
    }

    /** In place of a group of another kind, should the log hold one. */
    void apply(Map<String, Group> groups, ConsumerRecord record) {
        ConsumerGroup group = Group.consumer(groups.get(record.groupId()));
        if (ConsumerRecord.isTombstone(record)) {
            if (group == null) {
                return;
            }
        } else if (group == null) {
            group = new ConsumerGroup(record.groupId());
            groups.put(record.groupId(), new Group.Consumer(group));
        }
        int before = group.memberCount();
        group.apply(record);
        members += group.memberCount() - before;
        if (record instanceof ConsumerRecord.Epoch epoch && epoch.value() == null) {
            groups.remove(record.groupId());
            members -= group.memberCount();
        }
    }
}
