package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.Map;

/** KIP-345 and KIP-814. */
class StaticMemberTest {
    private final ShardRun run = new ShardRun();
    private final Join join = Join.statically("one");

    @Test
    void staticMemberNeedsNoSecondRoundForItsId() {
        long ticket = run.join(join);
        run.pass(3_000);

        assertThat(run.joined(ticket).memberId()).startsWith("one-");
        assertThat(run.joined(ticket).errorCode()).isZero();
    }

    @Test
    void restartedMemberTakesItsPlaceWithoutARebalance() {
        JoinGroupResponseData before = run.stableGroupOf(join);
        JoinGroupResponseData after = run.joined(run.join(join));

        assertThat(after.generationId()).isEqualTo(before.generationId());
        assertThat(after.memberId()).isNotEqualTo(before.memberId());
        assertThat(run.state()).isEqualTo("Stable");
        long synced = run.sync(after.memberId(), after.generationId(), Map.of());
        assertThat(ShardRun.text(run.synced(synced).assignment())).isEqualTo("all");
    }

    @Test
    void restartedLeaderIsToldToSkipTheAssignment() {
        run.stableGroupOf(join);
        JoinGroupResponseData after = run.joined(run.join(join));

        assertThat(after.skipAssignment()).isTrue();
        assertThat(after.leader()).isEqualTo(after.memberId());
        assertThat(after.members()).hasSize(1);
        assertThat(after.members().getFirst().memberId()).isEqualTo(after.memberId());
    }

    @Test
    void restartedLeaderThatCannotSkipIsToldTheOldLeader() {
        JoinGroupResponseData before = run.stableGroupOf(join);
        JoinGroupResponseData after = run.joined(run.join(join.inVersion(8)));

        assertThat(after.skipAssignment()).isFalse();
        assertThat(after.leader()).isEqualTo(before.memberId());
        assertThat(after.members()).isEmpty();
    }

    @Test
    void replacedMemberIsFenced() {
        JoinGroupResponseData before = run.stableGroupOf(join);
        run.join(join);

        assertThat(
                        run.heartbeat(
                                new HeartbeatRequestData()
                                        .setGroupId(ShardRun.GROUP)
                                        .setMemberId(before.memberId())
                                        .setGroupInstanceId("one")
                                        .setGenerationId(1)))
                .isEqualTo(Errors.FENCED_INSTANCE_ID);
        long rejoined = run.join(join.as(before.memberId()));
        assertThat(run.joined(rejoined).errorCode()).isEqualTo(Errors.FENCED_INSTANCE_ID.code());
    }

    @Test
    void waitingJoinOfAReplacedMemberIsAnsweredAsFenced() {
        long waiting = run.join(join);
        long replacing = run.join(join);

        assertThat(run.joined(waiting).errorCode()).isEqualTo(Errors.FENCED_INSTANCE_ID.code());
        run.pass(6_000);
        assertThat(run.joined(replacing).errorCode()).isZero();
        assertThat(run.joined(replacing).members()).hasSize(1);
    }

    @Test
    void replacedWhileTheAssignmentIsAwaitedTheGroupRebalances() {
        long ticket = run.join(join);
        run.pass(3_000);
        JoinGroupResponseData before = run.joined(ticket);
        JoinGroupResponseData after = run.joined(run.join(join));

        assertThat(after.generationId()).isEqualTo(before.generationId() + 1);
        assertThat(after.leader()).isEqualTo(after.memberId());
        long late = run.sync(before.memberId(), 1, Map.of());
        assertThat(run.synced(late).errorCode()).isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void restartWithAnotherProtocolRebalances() {
        JoinGroupResponseData before =
                run.stableGroupOf(join.withProtocols("consumer", "range", "sticky"));
        JoinGroupResponseData after =
                run.joined(run.join(join.withProtocols("consumer", "sticky", "range")));

        assertThat(after.generationId()).isEqualTo(before.generationId() + 1);
        assertThat(after.protocolName()).isEqualTo("sticky");
    }

    @Test
    void replacementThatCouldNotBeWrittenCanBeTriedAgain() {
        JoinGroupResponseData before = run.stableGroupOf(join);
        run.appendsFail(true);
        long failing = run.join(join);
        run.appendsFail(false);

        assertThat(run.hasFailed(failing)).isTrue();
        assertThat(run.heartbeat(before.memberId(), 1)).isEqualTo(Errors.NONE);
        assertThat(run.joined(run.join(join)).errorCode()).isZero();
    }

    @Test
    void silentStaticMemberOutlivesARebalanceUntilItsSessionEnds() {
        JoinGroupResponseData first = run.stableGroupOf(join.withSession(100_000));
        long second = run.join(Join.statically("two"));
        run.pass(60_000);
        JoinGroupResponseData joined = run.joined(second);
        assertThat(joined.members()).hasSize(2);
        assertThat(joined.leader()).isEqualTo(joined.memberId());
        run.sync(joined.memberId(), 2, Map.of(first.memberId(), "1", joined.memberId(), "2"));

        long late =
                run.sync(
                        new SyncGroupRequestData()
                                .setGroupId(ShardRun.GROUP)
                                .setMemberId(first.memberId())
                                .setGroupInstanceId("one")
                                .setGenerationId(2));
        assertThat(ShardRun.text(run.synced(late).assignment())).isEqualTo("1");
    }

    @Test
    void administratorRemovesByInstanceId() {
        run.stableGroupOf(join);
        var left = run.leave(new MemberIdentity().setGroupInstanceId("one"));

        assertThat(left.members().getFirst().errorCode()).isZero();
        assertThat(run.state()).isEqualTo("Empty");
    }

    @Test
    void leavingUnderTheInstanceOfAnotherIsFenced() {
        run.stableGroupOf(join);
        var left =
                run.leave(
                        new MemberIdentity().setGroupInstanceId("one").setMemberId("another"),
                        new MemberIdentity().setGroupInstanceId("nobody"),
                        new MemberIdentity().setMemberId("stranger"));

        assertThat(left.members())
                .extracting(member -> Errors.forCode(member.errorCode()))
                .containsExactly(
                        Errors.FENCED_INSTANCE_ID,
                        Errors.UNKNOWN_MEMBER_ID,
                        Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void staticMemberIsKnownAfterAFailOver() {
        JoinGroupResponseData before = run.stableGroupOf(join);
        run.failOver();
        JoinGroupResponseData after = run.joined(run.join(join));

        assertThat(after.generationId()).isEqualTo(before.generationId());
        run.failOver();
        assertThat(run.describe(ShardRun.GROUP).members().getFirst().memberId())
                .isEqualTo(after.memberId());
    }
}
