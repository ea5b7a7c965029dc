package naru.coordination.group;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.Heartbeat;
import naru.coordination.group.GroupCommand.LeaveGroup;
import naru.coordination.group.modern.GroupDeadline;

import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** How members stay and go: Heartbeat, LeaveGroup, and sessions that run out. */
final class Sessions {
    private static final short BATCHED_LEAVE_SINCE = 3;

    private final Deadlines<GroupDeadline> deadlines;
    private final Rebalance rebalance;
    private final PendingJoins pendingJoins;

    Sessions(Deadlines<GroupDeadline> deadlines, Rebalance rebalance, PendingJoins pendingJoins) {
        this.deadlines = deadlines;
        this.rebalance = rebalance;
        this.pendingJoins = pendingJoins;
    }

    void heartbeat(@Nullable ClassicGroup group, Heartbeat heartbeat, Draft draft) {
        Errors error = answer(group, heartbeat.request(), draft);
        draft.reply(heartbeat.ticket(), new HeartbeatResponseData().setErrorCode(error.code()));
    }

    private Errors answer(@Nullable ClassicGroup group, HeartbeatRequestData request, Draft draft) {
        if (request.groupId().isEmpty()) {
            return Errors.INVALID_GROUP_ID;
        }
        if (group == null) {
            return Errors.UNKNOWN_MEMBER_ID;
        }
        Errors error = group.check(request.memberId(), request.groupInstanceId());
        Member member = group.member(request.memberId());
        if (error != Errors.NONE || member == null) {
            return error;
        }
        if (request.generationId() != group.generation()) {
            return Errors.ILLEGAL_GENERATION;
        }
        return switch (group.state()) {
            case EMPTY -> Errors.UNKNOWN_MEMBER_ID;
            case PREPARING_REBALANCE -> {
                rebalance.heard(group, member, draft);
                yield Errors.REBALANCE_IN_PROGRESS;
            }
            case COMPLETING_REBALANCE, STABLE -> {
                rebalance.heard(group, member, draft);
                yield Errors.NONE;
            }
        };
    }

    void leave(@Nullable ClassicGroup group, LeaveGroup leave, Draft draft) {
        if (leave.request().groupId().isEmpty()) {
            short invalid = Errors.INVALID_GROUP_ID.code();
            draft.reply(leave.ticket(), new LeaveGroupResponseData().setErrorCode(invalid));
            return;
        }
        List<MemberIdentity> leaving = leaving(leave);
        List<Errors> outcomes = new ArrayList<>(leaving.size());
        for (MemberIdentity identity : leaving) {
            outcomes.add(group == null ? Errors.UNKNOWN_MEMBER_ID : remove(group, identity, draft));
        }
        draft.reply(leave.ticket(), left(leave, leaving, outcomes));
        if (group != null && outcomes.contains(Errors.NONE)) {
            membersLeft(group, draft);
        }
    }

    /** Who leaves: old clients speak for themselves only. */
    static List<MemberIdentity> leaving(LeaveGroup leave) {
        return leave.version() >= BATCHED_LEAVE_SINCE
                ? leave.request().members()
                : List.of(new MemberIdentity().setMemberId(leave.request().memberId()));
    }

    /** The answer, with what became of each. */
    static LeaveGroupResponseData left(
            LeaveGroup leave, List<MemberIdentity> leaving, List<Errors> outcomes) {
        LeaveGroupResponseData response = new LeaveGroupResponseData();
        if (leave.version() < BATCHED_LEAVE_SINCE) {
            return response.setErrorCode(outcomes.getFirst().code());
        }
        List<MemberResponse> answers = new ArrayList<>(leaving.size());
        for (int i = 0; i < leaving.size(); i++) {
            answers.add(
                    new MemberResponse()
                            .setMemberId(leaving.get(i).memberId())
                            .setGroupInstanceId(leaving.get(i).groupInstanceId())
                            .setErrorCode(outcomes.get(i).code()));
        }
        return response.setMembers(answers);
    }

    /** An administrator removes static members by instance id alone. */
    private Errors remove(ClassicGroup group, MemberIdentity identity, Draft draft) {
        String memberId = identity.memberId();
        String instanceId = identity.groupInstanceId();
        if (memberId.isEmpty()) {
            Member member = instanceId == null ? null : group.memberOfInstance(instanceId);
            if (member == null) {
                return Errors.UNKNOWN_MEMBER_ID;
            }
            rebalance.drop(group, member, draft);
            return Errors.NONE;
        }
        if (forgetPending(group, memberId)) {
            return Errors.NONE;
        }
        Errors error = group.check(memberId, instanceId);
        Member member = group.member(memberId);
        if (error == Errors.NONE && member != null) {
            rebalance.drop(group, member, draft);
        }
        return error;
    }

    private boolean forgetPending(ClassicGroup group, String memberId) {
        if (!group.removePendingJoin(memberId)) {
            return false;
        }
        pendingJoins.released();
        deadlines.cancel(new GroupDeadline.Session(group.id(), memberId));
        return true;
    }

    void onSessionOver(ClassicGroup group, String memberId, Draft draft) {
        if (forgetPending(group, memberId)) {
            rebalance.completeIfAllJoined(group, draft);
            return;
        }
        Member member = group.member(memberId);
        if (member != null && (member.isNew() || !member.isParked())) {
            rebalance.drop(group, member, draft);
            membersLeft(group, draft);
        }
    }

    private void membersLeft(ClassicGroup group, Draft draft) {
        switch (group.state()) {
            case EMPTY -> {}
            case PREPARING_REBALANCE -> rebalance.completeIfAllJoined(group, draft);
            case COMPLETING_REBALANCE, STABLE -> rebalance.prepare(group, draft);
        }
    }
}
