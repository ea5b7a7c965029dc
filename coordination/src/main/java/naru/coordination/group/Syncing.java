package naru.coordination.group;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.SyncGroup;
import naru.coordination.group.modern.GroupDeadline;

import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/** SyncGroup: the leader brings the assignment, everybody takes their part. */
final class Syncing {
    private static final byte[] NOTHING = {};

    private final Deadlines<GroupDeadline> deadlines;
    private final Rebalance rebalance;

    Syncing(Deadlines<GroupDeadline> deadlines, Rebalance rebalance) {
        this.deadlines = deadlines;
        this.rebalance = rebalance;
    }

    void sync(@Nullable ClassicGroup group, SyncGroup sync, Draft draft) {
        SyncGroupRequestData request = sync.request();
        if (request.groupId().isEmpty()) {
            refuse(sync, Errors.INVALID_GROUP_ID, draft);
            return;
        }
        if (group == null) {
            refuse(sync, Errors.UNKNOWN_MEMBER_ID, draft);
            return;
        }
        Errors error = check(group, request);
        Member member = group.member(request.memberId());
        if (error != Errors.NONE || member == null) {
            refuse(sync, error, draft);
            return;
        }
        switch (group.state()) {
            case EMPTY -> refuse(sync, Errors.UNKNOWN_MEMBER_ID, draft);
            case PREPARING_REBALANCE -> refuse(sync, Errors.REBALANCE_IN_PROGRESS, draft);
            case COMPLETING_REBALANCE -> {
                received(group, member);
                rebalance.parkSync(group, member, sync.ticket(), draft);
                if (group.isLeader(member)) {
                    assign(group, request, draft);
                }
            }
            case STABLE -> {
                received(group, member);
                draft.reply(sync.ticket(), assigned(group, member.assignment()));
                rebalance.heard(group, member, draft);
            }
        }
    }

    private static Errors check(ClassicGroup group, SyncGroupRequestData request) {
        Errors error = group.check(request.memberId(), request.groupInstanceId());
        if (error != Errors.NONE) {
            return error;
        }
        if (request.generationId() != group.generation()) {
            return Errors.ILLEGAL_GENERATION;
        }
        return agrees(request.protocolType(), group.protocolType())
                        && agrees(request.protocolName(), group.protocol())
                ? Errors.NONE
                : Errors.INCONSISTENT_GROUP_PROTOCOL;
    }

    private static boolean agrees(@Nullable String said, @Nullable String actual) {
        return said == null || said.equals(actual);
    }

    private void received(ClassicGroup group, Member member) {
        if (group.syncReceived(member)) {
            deadlines.cancel(new GroupDeadline.SyncPhase(group.id()));
        }
    }

    private void assign(ClassicGroup group, SyncGroupRequestData request, Draft draft) {
        Map<String, byte[]> assignments = new HashMap<>();
        for (SyncGroupRequestAssignment assignment : request.assignments()) {
            assignments.put(assignment.memberId(), assignment.assignment());
        }
        draft.append(
                GroupRecord.encode(
                        group.id(),
                        group.assigned(
                                member -> assignments.getOrDefault(member.id(), NOTHING),
                                draft.nowMillis())));
        for (Member member : group.members()) {
            Long ticket = member.takeSync();
            if (ticket != null) {
                byte[] own = assignments.getOrDefault(member.id(), NOTHING);
                draft.reply(ticket, assigned(group, own));
                rebalance.heard(group, member, draft);
            }
        }
    }

    private static SyncGroupResponseData assigned(ClassicGroup group, byte[] assignment) {
        return new SyncGroupResponseData()
                .setProtocolType(group.protocolType())
                .setProtocolName(group.protocol())
                .setAssignment(assignment);
    }

    private static void refuse(SyncGroup sync, Errors error, Draft draft) {
        draft.reply(sync.ticket(), Rebalance.syncRefused(error));
    }
}
