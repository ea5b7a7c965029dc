package naru.coordination.group;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.modern.GroupDeadline;

import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.JoinGroupRequest;

import java.util.ArrayList;
import java.util.List;

/** Takes groups from one generation to the next. Owned by the shard. */
final class Rebalance {
    private final GroupSettings settings;
    private final Deadlines<GroupDeadline> deadlines;

    Rebalance(GroupSettings settings, Deadlines<GroupDeadline> deadlines) {
        this.settings = settings;
        this.deadlines = deadlines;
    }

    /** Members or their protocols have changed. */
    void membershipChanged(ClassicGroup group, Draft draft) {
        switch (group.state()) {
            case EMPTY, STABLE, COMPLETING_REBALANCE -> prepare(group, draft);
            case PREPARING_REBALANCE -> completeIfAllJoined(group, draft);
        }
    }

    void prepare(ClassicGroup group, Draft draft) {
        if (group.is(GroupState.COMPLETING_REBALANCE)) {
            refuseSyncs(group, draft);
        }
        deadlines.cancel(new GroupDeadline.SyncPhase(group.id()));
        group.prepareRebalance(draft.nowMillis());
        if (group.isInitialRebalance()) {
            int delay = settings.initialRebalanceDelayMillis();
            group.initialDelayLeft(Math.max(group.rebalanceTimeoutMillis() - delay, 0));
            setJoinPhase(group, delay, draft);
        } else if (group.haveAllJoined()) {
            complete(group, draft);
        } else {
            setJoinPhase(group, group.rebalanceTimeoutMillis(), draft);
        }
    }

    private void refuseSyncs(ClassicGroup group, Draft draft) {
        for (Member member : group.members()) {
            Long ticket = member.takeSync();
            if (ticket != null) {
                draft.reply(ticket, syncRefused(Errors.REBALANCE_IN_PROGRESS));
                heard(group, member, draft);
            }
        }
    }

    void completeIfAllJoined(ClassicGroup group, Draft draft) {
        if (group.is(GroupState.PREPARING_REBALANCE)
                && !group.isInitialRebalance()
                && group.haveAllJoined()) {
            complete(group, draft);
        }
    }

    void onJoinPhaseOver(ClassicGroup group, Draft draft) {
        if (!group.is(GroupState.PREPARING_REBALANCE)) {
            return;
        }
        int left = group.initialDelayLeftMillis();
        if (group.isInitialRebalance() && group.takeMemberJoinedDuringDelay() && left != 0) {
            int delay = Math.min(settings.initialRebalanceDelayMillis(), left);
            group.initialDelayLeft(Math.max(left - delay, 0));
            setJoinPhase(group, delay, draft);
        } else {
            complete(group, draft);
        }
    }

    private void complete(ClassicGroup group, Draft draft) {
        deadlines.cancel(new GroupDeadline.JoinPhase(group.id()));
        for (Member member : List.copyOf(group.members())) {
            if (!member.isJoining() && !member.isStatic()) {
                drop(group, member, draft);
            }
        }
        if (group.members().isEmpty()) {
            draft.append(GroupRecord.encode(group.id(), group.emptied(draft.nowMillis())));
            setJoinPhase(group, GroupLimits.EMPTIED_RETRY_MILLIS, draft);
        } else if (!group.electLeaderAmongJoined()) {
            setJoinPhase(group, group.rebalanceTimeoutMillis(), draft);
        } else {
            group.beginGeneration(draft.nowMillis());
            long until = draft.nowMillis() + group.rebalanceTimeoutMillis();
            deadlines.set(new GroupDeadline.SyncPhase(group.id()), until);
            group.members().forEach(member -> admit(group, member, draft));
        }
    }

    private void admit(ClassicGroup group, Member member, Draft draft) {
        Long ticket = member.takeJoin();
        if (ticket != null) {
            draft.reply(ticket, joined(group, member));
        }
        member.admitted();
        heard(group, member, draft);
    }

    private void setJoinPhase(ClassicGroup group, int millis, Draft draft) {
        deadlines.set(new GroupDeadline.JoinPhase(group.id()), draft.nowMillis() + millis);
    }

    void onSyncPhaseOver(ClassicGroup group, Draft draft) {
        List<Member> silent = group.membersThatDidNotSync();
        if (silent.isEmpty()) {
            return;
        }
        silent.forEach(member -> drop(group, member, draft));
        prepare(group, draft);
    }

    /** Removes a member; what it waited for is answered. */
    void drop(ClassicGroup group, Member member, Draft draft) {
        Long join = member.takeJoin();
        if (join != null) {
            draft.reply(join, joinRefused(Errors.UNKNOWN_MEMBER_ID, ""));
        }
        Long sync = member.takeSync();
        if (sync != null) {
            draft.reply(sync, syncRefused(Errors.UNKNOWN_MEMBER_ID));
        }
        deadlines.cancel(new GroupDeadline.Session(group.id(), member.id()));
        group.remove(member);
    }

    /** Parks the join of a member. Waiting counts as being heard, except for one that is new. */
    void park(ClassicGroup group, Member member, long ticket, Draft draft) {
        Long replaced = member.parkJoin(ticket);
        if (replaced != null) {
            draft.reply(replaced, joinRefused(Errors.REBALANCE_IN_PROGRESS, member.id()));
        }
        GroupDeadline session = new GroupDeadline.Session(group.id(), member.id());
        if (member.isNew()) {
            long until = draft.nowMillis() + GroupLimits.NEW_MEMBER_JOIN_TIMEOUT_MILLIS;
            deadlines.set(session, until);
        } else {
            deadlines.cancel(session);
        }
    }

    void parkSync(ClassicGroup group, Member member, long ticket, Draft draft) {
        Long replaced = member.parkSync(ticket);
        if (replaced != null) {
            draft.reply(replaced, syncRefused(Errors.REBALANCE_IN_PROGRESS));
        }
        deadlines.cancel(new GroupDeadline.Session(group.id(), member.id()));
    }

    /** The session of a member begins anew, unless its request is parked. */
    void heard(ClassicGroup group, Member member, Draft draft) {
        if (!member.isParked()) {
            long until = draft.nowMillis() + member.sessionTimeoutMillis();
            deadlines.set(new GroupDeadline.Session(group.id(), member.id()), until);
        }
    }

    static JoinGroupResponseData joined(ClassicGroup group, Member member) {
        return joined(group, member, group.isLeader(member));
    }

    static JoinGroupResponseData joined(ClassicGroup group, Member member, boolean withMembers) {
        return new JoinGroupResponseData()
                .setMemberId(member.id())
                .setGenerationId(group.generation())
                .setProtocolType(group.protocolType())
                .setProtocolName(group.protocol() == null ? "" : group.protocol())
                .setLeader(group.leaderId() == null ? "" : group.leaderId())
                .setMembers(withMembers ? membersForLeader(group) : List.of());
    }

    private static List<JoinGroupResponseMember> membersForLeader(ClassicGroup group) {
        List<JoinGroupResponseMember> members = new ArrayList<>(group.members().size());
        for (Member member : group.members()) {
            members.add(
                    new JoinGroupResponseMember()
                            .setMemberId(member.id())
                            .setGroupInstanceId(member.instanceId())
                            .setMetadata(member.metadata(group.protocol())));
        }
        return members;
    }

    static JoinGroupResponseData joinRefused(Errors error, String memberId) {
        return new JoinGroupResponseData()
                .setErrorCode(error.code())
                .setMemberId(memberId)
                .setGenerationId(JoinGroupRequest.UNKNOWN_GENERATION_ID)
                .setProtocolName("");
    }

    static SyncGroupResponseData syncRefused(Errors error) {
        return new SyncGroupResponseData().setErrorCode(error.code());
    }
}
