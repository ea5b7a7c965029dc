package naru.coordination.group;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.StreamsGroupDescribe;
import naru.coordination.group.GroupCommand.StreamsGroupHeartbeat;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.streams.StreamsGroup;
import naru.coordination.group.streams.StreamsHeartbeats;
import naru.coordination.group.streams.StreamsMembership;
import naru.coordination.group.streams.StreamsQueries;
import naru.coordination.group.streams.StreamsRecord;
import naru.coordination.group.streams.StreamsSettings;

import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** The streams groups among the groups of a shard. Owned by the shard. */
final class StreamsRoom {
    private final StreamsMembership membership;
    private final StreamsHeartbeats heartbeats;
    private int members;

    StreamsRoom(
            StreamsSettings settings,
            Surroundings surroundings,
            Deadlines<GroupDeadline> deadlines) {
        this.membership = new StreamsMembership(settings, surroundings, deadlines);
        this.heartbeats = new StreamsHeartbeats(settings, surroundings, membership, () -> members);
    }

    void heartbeat(@Nullable Group known, StreamsGroupHeartbeat heartbeat, Draft draft) {
        StreamsGroupHeartbeatRequestData request = heartbeat.beat().request();
        Refusal refusal = heartbeats.check(request);
        StreamsGroup group = Group.streams(known);
        boolean joins = request.memberEpoch() == ModernMember.JOINING;
        ClassicGroup classic = Group.classic(known);
        boolean mayBegin = joins && (known == null || (classic != null && isUnused(classic)));
        if (refusal == null && group == null && !mayBegin) {
            refusal =
                    new Refusal(
                            Errors.GROUP_ID_NOT_FOUND,
                            known == null
                                    ? "Streams group " + request.groupId() + " not found."
                                    : "Group " + request.groupId() + " is not a streams group.");
        }
        if (refusal != null) {
            StreamsHeartbeats.refuse(heartbeat.ticket(), refusal, draft);
            return;
        }
        if (group == null) {
            group = new StreamsGroup(request.groupId());
        }
        List<CoordinatorRecord> makingRoom =
                classic != null && classic.isInLog()
                        ? List.of(GroupRecord.tombstone(classic.id()))
                        : List.of();
        heartbeats.heartbeat(group, heartbeat.beat(), makingRoom, heartbeat.ticket(), draft);
    }

    private static boolean isUnused(ClassicGroup classic) {
        return classic.is(GroupState.EMPTY) && classic.pendingJoinCount() == 0;
    }

    void describe(Map<String, Group> groups, StreamsGroupDescribe describe, Draft draft) {
        StreamsGroupDescribeResponseData response = new StreamsGroupDescribeResponseData();
        for (String groupId : describe.groupIds()) {
            Group known = groups.get(groupId);
            StreamsGroup group = Group.streams(known);
            if (group != null) {
                response.groups().add(StreamsQueries.describe(group));
            } else {
                String message =
                        known == null
                                ? "Group " + groupId + " not found."
                                : "Group " + groupId + " is not a streams group.";
                response.groups().add(StreamsQueries.notFound(groupId, message));
            }
        }
        draft.reply(describe.ticket(), response);
    }

    void onDeadline(StreamsGroup group, GroupDeadline due, Draft draft) {
        membership.onDeadline(group, due, draft);
    }

    void onLoaded(StreamsGroup group, Draft draft) {
        membership.onLoaded(group, draft);
    }

    /** In place of a group of another kind, should the log hold one. */
    void apply(Map<String, Group> groups, StreamsRecord record) {
        StreamsGroup group = Group.streams(groups.get(record.groupId()));
        if (StreamsRecord.isTombstone(record)) {
            if (group == null) {
                return;
            }
        } else if (group == null) {
            group = new StreamsGroup(record.groupId());
            groups.put(record.groupId(), new Group.Streams(group));
        }
        int before = group.memberCount();
        group.apply(record);
        members += group.memberCount() - before;
        if (record instanceof StreamsRecord.Epoch epoch && epoch.value() == null) {
            groups.remove(record.groupId());
            members -= group.memberCount();
        }
    }
}
