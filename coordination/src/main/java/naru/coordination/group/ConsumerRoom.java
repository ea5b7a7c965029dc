package naru.coordination.group;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.ConsumerGroupDescribe;
import naru.coordination.group.GroupCommand.ConsumerGroupHeartbeat;
import naru.coordination.group.GroupCommand.Heartbeat;
import naru.coordination.group.GroupCommand.JoinGroup;
import naru.coordination.group.GroupCommand.SyncGroup;
import naru.coordination.group.consumer.ClassicMembers;
import naru.coordination.group.consumer.ConsumerGroup;
import naru.coordination.group.consumer.ConsumerHeartbeats;
import naru.coordination.group.consumer.ConsumerQueries;
import naru.coordination.group.consumer.ConsumerRecord;
import naru.coordination.group.consumer.ConsumerSettings;
import naru.coordination.group.consumer.Membership;
import naru.coordination.group.consumer.Upgrade;
import naru.coordination.group.modern.Caller;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;

import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The consumer groups of the newer protocol among the groups of a shard. Owned by the shard. */
final class ConsumerRoom {
    private final Surroundings surroundings;
    private final Membership membership;
    private final ConsumerHeartbeats heartbeats;
    private final ClassicMembers classics;
    private final ConsumerSettings settings;
    private final Deadlines<GroupDeadline> deadlines;
    private int members;

    ConsumerRoom(
            ConsumerSettings settings,
            Surroundings surroundings,
            RandomGenerator random,
            Deadlines<GroupDeadline> deadlines) {
        this.settings = settings;
        this.deadlines = deadlines;
        this.surroundings = surroundings;
        this.membership = new Membership(settings, surroundings, deadlines);
        this.heartbeats =
                new ConsumerHeartbeats(
                        settings, surroundings, random, membership, deadlines, () -> members);
        this.classics = new ClassicMembers(settings, surroundings, random, membership, deadlines);
    }

    void heartbeat(@Nullable Group known, ConsumerGroupHeartbeat heartbeat, Draft draft) {
        ConsumerGroupHeartbeatRequestData request = heartbeat.request();
        Refusal refusal = heartbeats.check(request, heartbeat.caller());
        ConsumerGroup group = Group.consumer(known);
        boolean joins = request.memberEpoch() == ModernMember.JOINING;
        ClassicGroup classic = Group.classic(known);
        if (refusal == null && joins && classic != null && !isUnused(classic)) {
            refusal = refusalToUpgrade(classic);
            if (refusal == null) {
                group = upgraded(classic, draft);
                refusal = group == null ? notConsumers(classic.id()) : null;
            }
        } else if (refusal == null && group == null) {
            refusal = refusalToFound(known, request.groupId(), joins);
        }
        if (refusal != null) {
            ConsumerHeartbeats.refuse(heartbeat.ticket(), refusal, draft);
            return;
        }
        if (group == null) {
            group = new ConsumerGroup(request.groupId());
            if (classic != null && classic.isInLog()) {
                draft.append(GroupRecord.tombstone(classic.id()));
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
        return joins && classic != null && isUnused(classic)
                ? null
                : new Refusal(
                        Errors.GROUP_ID_NOT_FOUND,
                        "Group " + groupId + " is not a consumer group.");
    }

    private static boolean isUnused(ClassicGroup classic) {
        return classic.is(GroupState.EMPTY) && classic.pendingJoinCount() == 0;
    }

    // ---- from the classic protocol, and back ----

    private @Nullable Refusal refusalToUpgrade(ClassicGroup classic) {
        String why = null;
        if (!settings.migration().isUpgradeEnabled()) {
            why = "online upgrade is disabled.";
        } else if (!classic.isConsumerGroup()) {
            why = "the group does not use the consumer embedded protocol.";
        } else if (classic.members().size() > settings.maxSize()) {
            why = "the group size exceeds the consumer group maximum size.";
        }
        return why == null
                ? null
                : new Refusal(
                        Errors.GROUP_ID_NOT_FOUND,
                        "Cannot upgrade classic group "
                                + classic.id()
                                + " to consumer group because "
                                + why);
    }

    private static Refusal notConsumers(String groupId) {
        return new Refusal(
                Errors.GROUP_ID_NOT_FOUND,
                "Cannot upgrade classic group "
                        + groupId
                        + " to consumer group because the embedded consumer protocol is"
                        + " malformed.");
    }

    /** Null when what its members brought cannot be read; then nothing has been decided. */
    private @Nullable ConsumerGroup upgraded(ClassicGroup classic, Draft draft) {
        Draft records = new Draft(draft.nowMillis());
        ConsumerGroup group;
        try {
            group =
                    Upgrade.decide(
                            classic.id(),
                            classic.generation(),
                            classic.members().stream()
                                    .map(member -> candidate(member, classic))
                                    .toList(),
                            surroundings.topics(),
                            records);
        } catch (RuntimeException malformed) {
            return null;
        }
        if (classic.isInLog()) {
            draft.append(GroupRecord.tombstone(classic.id()));
        }
        records.decision().records().forEach(draft::append);
        deadlines.cancel(new GroupDeadline.JoinPhase(classic.id()));
        deadlines.cancel(new GroupDeadline.SyncPhase(classic.id()));
        for (Member member : classic.members()) {
            sendToJoinAgain(member, draft);
            deadlines.set(
                    new GroupDeadline.Session(classic.id(), member.id()),
                    draft.nowMillis() + member.sessionTimeoutMillis());
        }
        return group;
    }

    private static Upgrade.Candidate candidate(Member member, ClassicGroup classic) {
        String protocol = classic.protocol();
        boolean chosen = protocol != null && member.protocolNames().contains(protocol);
        return new Upgrade.Candidate(
                member.id(),
                member.instanceId(),
                member.clientId(),
                member.clientHost(),
                member.rebalanceTimeoutMillis(),
                member.sessionTimeoutMillis(),
                member.protocols(),
                member.metadata(chosen ? protocol : member.protocolNames().iterator().next()),
                member.assignment());
    }

    private static void sendToJoinAgain(Member member, Draft draft) {
        Long join = member.takeJoin();
        if (join != null) {
            draft.reply(join, Rebalance.joinRefused(Errors.REBALANCE_IN_PROGRESS, member.id()));
        }
        Long sync = member.takeSync();
        if (sync != null) {
            draft.reply(sync, Rebalance.syncRefused(Errors.REBALANCE_IN_PROGRESS));
        }
    }

    // ---- classic members ----

    void join(ConsumerGroup group, JoinGroup join, Draft draft) {
        Caller caller =
                new Caller(join.version(), join.clientId(), join.clientHost(), topic -> true);
        classics.join(group, join.request(), caller, join.ticket(), draft);
    }

    void sync(ConsumerGroup group, SyncGroup sync, Draft draft) {
        classics.sync(group, sync.request(), sync.ticket(), draft);
    }

    void heartbeat(ConsumerGroup group, Heartbeat heartbeat, Draft draft) {
        classics.heartbeat(group, heartbeat.request(), heartbeat.ticket(), draft);
    }

    List<Errors> leave(ConsumerGroup group, List<MemberIdentity> leaving, Draft draft) {
        return classics.leave(group, leaving, draft);
    }

    // ---- queries, deadlines, the log ----

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
