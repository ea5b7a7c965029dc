package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class SessionsTest {
    private final ShardRun run = new ShardRun();

    @Test
    void silentMemberIsRemovedWhenItsSessionEnds() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        run.pass(9_999);
        assertThat(run.state()).isEqualTo("Stable");
        run.pass(1);

        assertThat(run.state()).isEqualTo("Empty");
        assertThat(run.heartbeat(only.memberId(), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void heartbeatProlongsTheSession() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        for (int i = 0; i < 5; i++) {
            run.pass(9_000);
            assertThat(run.heartbeat(only.memberId(), 1)).isEqualTo(Errors.NONE);
        }
        assertThat(run.state()).isEqualTo("Stable");
    }

    @Test
    void heartbeatIsCheckedAgainstGroupMemberAndGeneration() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());

        assertThat(run.heartbeat(only.memberId(), 2)).isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(run.heartbeat("stranger", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(run.heartbeat(new HeartbeatRequestData().setGroupId("other")))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(run.heartbeat(new HeartbeatRequestData().setGroupId("")))
                .isEqualTo(Errors.INVALID_GROUP_ID);
    }

    @Test
    void heartbeatWhileTheAssignmentIsAwaitedIsFine() {
        long ticket = run.joinNew(Join.dynamic());
        run.pass(3_000);

        assertThat(run.heartbeat(run.joined(ticket).memberId(), 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void memberThatWaitsInARebalanceDoesNotLoseItsSession() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic().withSession(59_000));
        JoinGroupResponseData pending = run.joined(run.join(Join.dynamic().withSession(50_000)));
        long waiting = run.join(Join.dynamic().withSession(6_000).as(first.memberId()));
        run.pass(30_000);
        assertThat(run.isOpen(waiting)).isTrue();

        run.join(Join.dynamic().as(pending.memberId()));
        assertThat(run.joined(waiting).errorCode()).isZero();
    }

    @Test
    void newMemberWhoseJoinWaitsTooLongIsAskedToTryAgain() {
        ShardSettings slow = ShardRun.settings(600_000, 100);
        ShardRun patient = new ShardRun(slow, 1);
        long waiting = patient.joinNew(Join.dynamic());
        patient.pass(GroupLimits.NEW_MEMBER_JOIN_TIMEOUT_MILLIS);

        assertThat(patient.joined(waiting).errorCode()).isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void leavingMemberIsGoneAtOnceAndTheOthersRebalance() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        long second = run.joinNew(Join.dynamic());
        run.join(Join.dynamic().as(first.memberId()));
        String follower = run.joined(second).memberId();
        run.sync(first.memberId(), 2, Map.of());
        run.leave(first.memberId());

        assertThat(run.heartbeat(follower, 2)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        long alone = run.join(Join.dynamic().as(follower));
        assertThat(run.joined(alone).leader()).isEqualTo(follower);
        assertThat(run.joined(alone).generationId()).isEqualTo(3);
    }

    @Test
    void leavingEndsAWaitingJoinOfTheSameMember() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        run.joined(run.join(Join.dynamic()));
        long waiting = run.join(Join.dynamic().as(first.memberId()));
        run.leave(first.memberId());

        assertThat(run.joined(waiting).errorCode()).isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void pendingMemberMayLeave() {
        JoinGroupResponseData pending = run.joined(run.join(Join.dynamic()));
        var left = run.leave(new MemberIdentity().setMemberId(pending.memberId()));

        assertThat(left.members().getFirst().errorCode()).isZero();
        assertThat(run.list(List.of(), List.of()).groups()).isEmpty();
    }

    @Test
    void oldLeaveNamesOneMemberAndIsAnsweredAtTheTop() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        LeaveGroupRequestData request =
                new LeaveGroupRequestData().setGroupId(ShardRun.GROUP).setMemberId(only.memberId());
        long left = run.send(t -> new GroupCommand.LeaveGroup(t, (short) 2, request));
        long again = run.send(t -> new GroupCommand.LeaveGroup(t, (short) 2, request));

        assertThat(run.reply(left, LeaveGroupResponseData.class).errorCode()).isZero();
        assertThat(run.reply(again, LeaveGroupResponseData.class).errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void emptyGroupThatCouldNotBeWrittenIsWrittenLater() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        run.appendsFail(true);
        run.pass(10_000);
        assertThat(run.state()).isEqualTo("PreparingRebalance");
        run.appendsFail(false);
        run.pass(GroupLimits.EMPTIED_RETRY_MILLIS);

        assertThat(run.state()).isEqualTo("Empty");
        assertThat(run.heartbeat(only.memberId(), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void membersSurviveAFailOverAndTheirSessionsBeginAnew() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        run.pass(9_000);
        run.failOver();
        run.pass(9_000);

        assertThat(run.heartbeat(only.memberId(), 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void waitingRequestsAreSentToTheNewCoordinator() {
        long waiting = run.joinNew(Join.dynamic());
        run.failOver();

        assertThat(run.joined(waiting).errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
    }
}
