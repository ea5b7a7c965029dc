package naru.coordination.group;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.AlterShareGroupOffsets;
import naru.coordination.group.GroupCommand.DeleteShareGroupOffsets;
import naru.coordination.group.GroupCommand.DescribeShareGroupOffsets;
import naru.coordination.group.GroupCommand.ShareGroupDescribe;
import naru.coordination.group.GroupCommand.ShareGroupHeartbeat;
import naru.coordination.group.GroupCommand.ShareStateDeleted;
import naru.coordination.group.GroupCommand.ShareStateInitialized;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.modern.TopicPartitions;
import naru.coordination.group.share.ShareEffect;
import naru.coordination.group.share.ShareGroup;
import naru.coordination.group.share.ShareGroupRecord;
import naru.coordination.group.share.ShareGroupSettings;
import naru.coordination.group.share.ShareHeartbeats;
import naru.coordination.group.share.ShareStates;

import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** The share groups among the groups of a shard. Owned by the shard. */
final class ShareRoom {
    private final ShareHeartbeats heartbeats;
    private final ShareStates states;

    ShareRoom(
            ShareGroupSettings settings,
            Surroundings surroundings,
            Deadlines<GroupDeadline> deadlines) {
        this.heartbeats = new ShareHeartbeats(settings, surroundings, deadlines);
        this.states = new ShareStates(surroundings, heartbeats);
    }

    void heartbeat(@Nullable Group known, ShareGroupHeartbeat heartbeat, Draft draft) {
        Refusal refusal = ShareHeartbeats.check(heartbeat.request());
        ShareGroup group = Group.share(known);
        String groupId = heartbeat.request().groupId();
        if (refusal == null && group == null) {
            boolean joins = heartbeat.request().memberEpoch() == ModernMember.JOINING;
            if (known != null) {
                refusal = new Refusal(Errors.GROUP_ID_NOT_FOUND, notOfThisKind(groupId, known));
            } else if (!joins) {
                refusal =
                        new Refusal(
                                Errors.GROUP_ID_NOT_FOUND,
                                "Share group " + groupId + " not found.");
            } else {
                group = new ShareGroup(groupId);
            }
        }
        if (refusal != null || group == null) {
            ShareHeartbeats.refuse(
                    heartbeat.ticket(),
                    refusal == null ? new Refusal(Errors.GROUP_ID_NOT_FOUND, "") : refusal,
                    draft);
            return;
        }
        heartbeats.heartbeat(
                group, heartbeat.request(), heartbeat.caller(), heartbeat.ticket(), draft);
    }

    private static String notOfThisKind(String groupId, @Nullable Group known) {
        return known == null
                ? "Group " + groupId + " not found."
                : "Group " + groupId + " is not a share group.";
    }

    void describe(Map<String, Group> groups, ShareGroupDescribe describe, Draft draft) {
        ShareGroupDescribeResponseData response = new ShareGroupDescribeResponseData();
        for (String groupId : describe.groupIds()) {
            Group known = groups.get(groupId);
            ShareGroup group = Group.share(known);
            response.groups()
                    .add(
                            group == null
                                    ? ShareStates.notFound(groupId, notOfThisKind(groupId, known))
                                    : states.describe(group));
        }
        draft.reply(describe.ticket(), response);
    }

    // ---- share state ----

    void offsets(@Nullable Group known, DescribeShareGroupOffsets describe, Draft draft) {
        ShareGroup group = Group.share(known);
        String groupId = describe.group().groupId();
        draft.reply(
                describe.ticket(),
                group != null
                        ? states.offsets(group, describe.group())
                        : new DescribeShareGroupOffsetsResponseData()
                                .setGroups(
                                        List.of(
                                                new DescribeShareGroupOffsetsResponseGroup()
                                                        .setGroupId(groupId)
                                                        .setErrorCode(
                                                                Errors.GROUP_ID_NOT_FOUND.code())
                                                        .setErrorMessage(
                                                                notOfThisKind(groupId, known)))));
    }

    void alter(@Nullable Group known, AlterShareGroupOffsets alter, Draft draft) {
        Refusal refusal = mayLoseState(alter.request().groupId(), known);
        ShareGroup group = Group.share(known);
        if (refusal != null || group == null) {
            draft.reply(
                    alter.ticket(),
                    new AlterShareGroupOffsetsResponseData()
                            .setErrorCode(error(refusal).code())
                            .setErrorMessage(refusal == null ? null : refusal.message()));
            return;
        }
        states.alter(group, alter.request(), alter.ticket(), draft);
    }

    void delete(@Nullable Group known, DeleteShareGroupOffsets delete, Draft draft) {
        Refusal refusal = mayLoseState(delete.request().groupId(), known);
        ShareGroup group = Group.share(known);
        if (refusal != null || group == null) {
            draft.reply(
                    delete.ticket(),
                    new DeleteShareGroupOffsetsResponseData()
                            .setErrorCode(error(refusal).code())
                            .setErrorMessage(refusal == null ? null : refusal.message()));
            return;
        }
        states.delete(group, delete.request(), delete.ticket(), draft);
    }

    private static Errors error(@Nullable Refusal refusal) {
        return refusal == null ? Errors.GROUP_ID_NOT_FOUND : refusal.error();
    }

    private static @Nullable Refusal mayLoseState(String groupId, @Nullable Group known) {
        ShareGroup group = Group.share(known);
        if (group == null) {
            return new Refusal(Errors.GROUP_ID_NOT_FOUND, notOfThisKind(groupId, known));
        }
        return group.isEmpty()
                ? null
                : new Refusal(
                        Errors.NON_EMPTY_GROUP,
                        "Group " + groupId + " has members; stop them first.");
    }

    /** An empty share group goes when its share state has gone. */
    void delete(ShareGroup group, GroupCommand.DeleteGroups delete, Draft draft) {
        TopicPartitions partitions = states.all(group);
        if (partitions.isEmpty()) {
            ShareGroupRecord.forgotten(group).forEach(draft::append);
            draft.reply(delete.ticket(), deleted(group.id(), Errors.NONE));
        } else {
            draft.hold(delete.ticket());
            draft.effect(
                    new ShareEffect.Delete(
                            group.id(),
                            partitions,
                            new ShareEffect.Waiting(delete.ticket(), delete.request())));
        }
    }

    private static DeleteGroupsResponseData deleted(String groupId, Errors error) {
        DeleteGroupsResponseData response = new DeleteGroupsResponseData();
        response.results()
                .add(new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code()));
        return response;
    }

    void initialized(@Nullable Group known, ShareStateInitialized done, Draft draft) {
        ShareGroup group = Group.share(known);
        if (group != null) {
            states.initialized(group, done.partitions(), draft);
        }
        if (done.waiting() != null
                && done.waiting().request() instanceof AlterShareGroupOffsetsRequestData request) {
            draft.reply(
                    done.waiting().ticket(),
                    states.alteration(
                            request,
                            (topic, partition) ->
                                    done.partitions().contains(topic, partition)
                                            ? Errors.NONE
                                            : done.error()));
        }
    }

    /** What is gone is gone, also when the rest could not be deleted. */
    void deleted(@Nullable Group known, ShareStateDeleted done, Draft draft) {
        ShareGroup group = Group.share(known);
        long ticket = done.waiting().ticket();
        if (done.waiting().request() instanceof DeleteShareGroupOffsetsRequestData request) {
            if (group != null) {
                states.deleted(group, done.partitions(), draft);
            }
            draft.reply(ticket, states.deletion(request, done.error()));
            return;
        }
        Errors error = done.error();
        if (group != null && error == Errors.NONE && group.isEmpty()) {
            ShareGroupRecord.forgotten(group).forEach(draft::append);
        } else if (group != null) {
            states.deleted(group, done.partitions(), draft);
            error = error == Errors.NONE ? Errors.NON_EMPTY_GROUP : error;
        }
        draft.reply(ticket, deleted(done.groupId(), error));
    }

    // ---- deadlines and the log ----

    void onDeadline(ShareGroup group, GroupDeadline due, Draft draft) {
        if (due instanceof GroupDeadline.Session session) {
            heartbeats.onSessionOver(group, session, draft);
        }
    }

    void onLoaded(ShareGroup group, Draft draft) {
        heartbeats.onLoaded(group, draft);
    }

    /** In place of a group of another kind, should the log hold one. */
    void apply(Map<String, Group> groups, ShareGroupRecord record) {
        ShareGroup group = Group.share(groups.get(record.groupId()));
        if (group == null) {
            if (ShareGroupRecord.isTombstone(record)) {
                return;
            }
            group = new ShareGroup(record.groupId());
            groups.put(record.groupId(), new Group.Share(group));
        }
        group.apply(record);
        if (record instanceof ShareGroupRecord.Epoch epoch && epoch.value() == null) {
            groups.remove(record.groupId());
        }
    }
}
