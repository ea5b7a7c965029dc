package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class JoiningTest {
    private final ShardRun run = new ShardRun();

    private Errors joinError(Join join) {
        return Errors.forCode(run.joined(run.join(join)).errorCode());
    }

    @Test
    void newMemberIsGivenAnIdAndAskedToComeBack() {
        JoinGroupResponseData given = run.joined(run.join(Join.dynamic()));

        assertThat(given.errorCode()).isEqualTo(Errors.MEMBER_ID_REQUIRED.code());
        assertThat(given.memberId()).startsWith("client-").hasSize("client-".length() + 36);
    }

    @Test
    void oldClientJoinsWithoutAnId() {
        long ticket = run.join(Join.dynamic().inVersion(3));
        run.pass(3_000);

        assertThat(run.joined(ticket).generationId()).isEqualTo(1);
    }

    @Test
    void emptyGroupWaitsOutItsInitialDelay() {
        long ticket = run.joinNew(Join.dynamic());
        run.pass(2_999);
        assertThat(run.isOpen(ticket)).isTrue();
        run.pass(1);

        JoinGroupResponseData joined = run.joined(ticket);
        assertThat(joined.errorCode()).isZero();
        assertThat(joined.leader()).isEqualTo(joined.memberId());
        assertThat(joined.protocolName()).isEqualTo("range");
        assertThat(joined.protocolType()).isEqualTo("consumer");
        assertThat(joined.members())
                .extracting(JoinGroupResponseMember::memberId)
                .containsExactly(joined.memberId());
    }

    @Test
    void eachNewcomerExtendsTheInitialDelayUpToTheRebalanceTimeout() {
        long first = run.joinNew(Join.dynamic());
        for (int i = 0; i < 25; i++) {
            run.pass(2_900);
            if (!run.isOpen(first)) {
                break;
            }
            run.joinNew(Join.dynamic());
        }

        assertThat(run.joined(first).members()).hasSizeGreaterThan(15);
        assertThat(run.now()).isLessThanOrEqualTo(1_000_000 + 60_000 + 3_000);
    }

    @Test
    void onlyTheLeaderIsToldTheMembers() {
        long first = run.joinNew(Join.dynamic().withMetadata("a"));
        long second = run.joinNew(Join.dynamic().withMetadata("b"));
        run.pass(6_000);

        assertThat(run.joined(first).members())
                .extracting(member -> ShardRun.text(member.metadata()))
                .containsExactly("a", "b");
        assertThat(run.joined(second).members()).isEmpty();
        assertThat(run.joined(second).leader()).isEqualTo(run.joined(first).memberId());
    }

    @Test
    void secondMemberWaitsUntilTheFirstHasRejoined() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        long second = run.joinNew(Join.dynamic());

        assertThat(run.state()).isEqualTo("PreparingRebalance");
        assertThat(run.heartbeat(first.memberId(), 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        long rejoined = run.join(Join.dynamic().as(first.memberId()));
        assertThat(run.joined(rejoined).generationId()).isEqualTo(2);
        assertThat(run.joined(second).generationId()).isEqualTo(2);
        assertThat(run.joined(second).leader()).isEqualTo(first.memberId());
    }

    @Test
    void memberThatDoesNotRejoinInTimeIsLeftBehind() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic().withSession(120_000));
        long second = run.joinNew(Join.dynamic());
        run.pass(60_000);

        assertThat(run.joined(second).leader()).isEqualTo(run.joined(second).memberId());
        assertThat(run.heartbeat(first.memberId(), 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void pendingMemberHoldsTheRebalanceUntilItJoinsOrItsSessionEnds() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        JoinGroupResponseData pending = run.joined(run.join(Join.dynamic()));
        assertThat(pending.errorCode()).isEqualTo(Errors.MEMBER_ID_REQUIRED.code());
        long rejoined = run.join(Join.dynamic().as(first.memberId()));
        assertThat(run.isOpen(rejoined)).isTrue();
        run.pass(10_000);

        assertThat(run.joined(rejoined).generationId()).isEqualTo(2);
        assertThat(joinError(Join.dynamic().as(pending.memberId())))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void leaderThatRejoinsForcesARebalance() {
        JoinGroupResponseData leader = run.stableGroupOf(Join.dynamic());
        long rejoined = run.join(Join.dynamic().as(leader.memberId()));

        assertThat(run.joined(rejoined).generationId()).isEqualTo(2);
    }

    @Test
    void followerThatRejoinsUnchangedIsToldItsGenerationAgain() {
        String follower = groupOfTwo().getLast();
        long again = run.join(Join.dynamic().as(follower));

        assertThat(run.joined(again).generationId()).isEqualTo(2);
        assertThat(run.state()).isEqualTo("Stable");
    }

    @Test
    void followerWithNewMetadataForcesARebalance() {
        String follower = groupOfTwo().getLast();
        long again = run.join(Join.dynamic().as(follower).withMetadata("other"));

        assertThat(run.isOpen(again)).isTrue();
        assertThat(run.state()).isEqualTo("PreparingRebalance");
    }

    /** Leader and follower, stable in generation 2. */
    private List<String> groupOfTwo() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        long second = run.joinNew(Join.dynamic());
        run.join(Join.dynamic().as(first.memberId()));
        String follower = run.joined(second).memberId();
        long followerSync = run.sync(follower, 2, Map.of());
        run.sync(first.memberId(), 2, Map.of(first.memberId(), "1", follower, "2"));
        assertThat(ShardRun.text(run.synced(followerSync).assignment())).isEqualTo("2");
        assertThat(run.state()).isEqualTo("Stable");
        return List.of(first.memberId(), follower);
    }

    @Test
    void lostJoinReplyIsGivenAgainWhileTheAssignmentIsAwaited() {
        long ticket = run.joinNew(Join.dynamic());
        run.pass(3_000);
        JoinGroupResponseData joined = run.joined(ticket);
        long again = run.join(Join.dynamic().as(joined.memberId()));

        assertThat(run.joined(again)).isEqualTo(joined);
    }

    @Test
    void joinOfTheSameMemberReplacesTheOneThatWaits() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        run.joined(run.join(Join.dynamic()));
        long waiting = run.join(Join.dynamic().as(first.memberId()));
        long replacing = run.join(Join.dynamic().as(first.memberId()));

        assertThat(run.joined(waiting).errorCode()).isEqualTo(Errors.REBALANCE_IN_PROGRESS.code());
        assertThat(run.isOpen(replacing)).isTrue();
    }

    @Test
    void sessionTimeoutMustLieWithinTheSettings() {
        assertThat(joinError(Join.dynamic().withSession(5_999)))
                .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
        assertThat(joinError(Join.dynamic().withSession(1_800_001)))
                .isEqualTo(Errors.INVALID_SESSION_TIMEOUT);
    }

    @Test
    void protocolMustSuitTheGroup() {
        run.stableGroupOf(Join.dynamic());

        assertThat(joinError(Join.dynamic().withProtocols("connect", "range")))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(joinError(Join.dynamic().withProtocols("consumer", "sticky")))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(joinError(Join.dynamic().withProtocols("consumer")))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void refusedFirstJoinLeavesNoGroupBehind() {
        joinError(Join.dynamic().withProtocols("consumer"));

        assertThat(run.list(List.of(), List.of()).groups()).isEmpty();
    }

    @Test
    void protocolWithMostVotesThatAllSupportIsElected() {
        run.joinNew(Join.dynamic().withProtocols("consumer", "a", "b", "c"));
        run.joinNew(Join.dynamic().withProtocols("consumer", "c", "b"));
        long last = run.joinNew(Join.dynamic().withProtocols("consumer", "b", "c", "a"));
        run.pass(6_000);

        assertThat(run.joined(last).protocolName()).isEqualTo("b");
    }

    @Test
    void fullGroupTurnsNewMembersAway() {
        ShardRun small = new ShardRun(ShardRun.settings(0, 1), 1);
        long first = small.joinNew(Join.dynamic());
        assertThat(small.joined(first).errorCode()).isZero();

        long second = small.join(Join.dynamic());
        assertThat(small.joined(second).errorCode())
                .isEqualTo(Errors.GROUP_MAX_SIZE_REACHED.code());
        assertThat(small.joined(second).memberId()).isEmpty();
    }

    @Test
    void unknownMemberIsNotLetIn() {
        assertThat(joinError(Join.dynamic().as("stranger"))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        run.stableGroupOf(Join.dynamic());
        assertThat(joinError(Join.dynamic().as("stranger"))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void hugeIdsAndMetadataAreRefused() {
        Join plain = Join.dynamic();
        assertThat(joinError(plain.withMetadata("x".repeat(5 << 20))))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(joinError(Join.statically("i".repeat(9_000)))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(joinError(plain.as("m".repeat(9_000)))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void memberThatNeverSyncsIsRemovedAfterTheRebalanceTimeout() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic().withSession(120_000));
        long second = run.joinNew(Join.dynamic().withSession(120_000));
        run.join(Join.dynamic().withSession(120_000).as(first.memberId()));
        long waiting = run.sync(run.joined(second).memberId(), 2, Map.of());
        run.pass(60_000);

        assertThat(run.synced(waiting).errorCode()).isEqualTo(Errors.REBALANCE_IN_PROGRESS.code());
        assertThat(run.heartbeat(first.memberId(), 2)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void syncIsCheckedAgainstGenerationAndProtocol() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        SyncGroupRequestData right =
                new SyncGroupRequestData()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(only.memberId())
                        .setGenerationId(1)
                        .setProtocolType("consumer")
                        .setProtocolName("range");

        assertThat(run.synced(run.sync(right)).assignment()).isEqualTo(ShardRun.bytes("all"));
        assertThat(syncError(right.duplicate().setProtocolName("other")))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(syncError(right.duplicate().setProtocolType("other")))
                .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(syncError(right.duplicate().setGenerationId(7)))
                .isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(syncError(right.duplicate().setMemberId("stranger")))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(syncError(right.duplicate().setGroupId("other")))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(syncError(right.duplicate().setGroupId(""))).isEqualTo(Errors.INVALID_GROUP_ID);
    }

    private Errors syncError(SyncGroupRequestData request) {
        return Errors.forCode(run.synced(run.sync(request)).errorCode());
    }

    @Test
    void memberThatTheLeaderForgotGetsAnEmptyAssignment() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        long second = run.joinNew(Join.dynamic());
        run.join(Join.dynamic().as(first.memberId()));
        long waiting = run.sync(run.joined(second).memberId(), 2, Map.of());
        run.sync(first.memberId(), 2, Map.of(first.memberId(), "1"));

        assertThat(run.synced(waiting).errorCode()).isZero();
        assertThat(run.synced(waiting).assignment()).isEmpty();
    }

    @Test
    void assignmentThatCouldNotBeWrittenIsNotGivenOut() {
        long ticket = run.joinNew(Join.dynamic());
        run.pass(3_000);
        JoinGroupResponseData joined = run.joined(ticket);
        run.appendsFail(true);
        long failing = run.sync(joined.memberId(), 1, Map.of(joined.memberId(), "lost"));
        run.appendsFail(false);

        assertThat(run.hasFailed(failing)).isTrue();
        assertThat(run.state()).isEqualTo("CompletingRebalance");
        long again = run.sync(joined.memberId(), 1, Map.of(joined.memberId(), "kept"));
        assertThat(ShardRun.text(run.synced(again).assignment())).isEqualTo("kept");
    }
}
