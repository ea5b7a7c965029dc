package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.CoordinatorRecord;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

class OffsetsTest {
    private static final long RETENTION = 7L * 24 * 60 * 60 * 1000;

    private final ShardRun run = new ShardRun();

    private static OffsetCommitRequestData commitOf(long offset) {
        return new OffsetCommitRequestData()
                .setGroupId(ShardRun.GROUP)
                .setTopics(
                        List.of(
                                new OffsetCommitRequestTopic()
                                        .setName("topic")
                                        .setPartitions(
                                                List.of(
                                                        new OffsetCommitRequestPartition()
                                                                .setPartitionIndex(0)
                                                                .setCommittedOffset(offset)
                                                                .setCommittedLeaderEpoch(5)
                                                                .setCommittedMetadata("note")))));
    }

    private Errors commit(OffsetCommitRequestData request) {
        return commit(request, 9);
    }

    private Errors commit(OffsetCommitRequestData request, int version) {
        long ticket = run.send(t -> new GroupCommand.OffsetCommit(t, (short) version, request));
        return Errors.forCode(
                run.reply(ticket, OffsetCommitResponseData.class)
                        .topics()
                        .getFirst()
                        .partitions()
                        .getFirst()
                        .errorCode());
    }

    private OffsetFetchResponseGroup fetch(
            boolean stable, @Nullable List<OffsetFetchRequestTopics> topics) {
        OffsetFetchRequestGroup group =
                new OffsetFetchRequestGroup().setGroupId(ShardRun.GROUP).setTopics(topics);
        long ticket = run.send(t -> new GroupCommand.OffsetFetch(t, stable, group));
        return run.reply(ticket, OffsetFetchResponseData.class).groups().getFirst();
    }

    private OffsetFetchResponsePartitions fetched(boolean stable) {
        OffsetFetchRequestTopics topic =
                new OffsetFetchRequestTopics().setName("topic").setPartitionIndexes(List.of(0));
        return fetch(stable, List.of(topic)).topics().getFirst().partitions().getFirst();
    }

    private long committed() {
        return fetched(false).committedOffset();
    }

    @Test
    void groupWithoutMembersCommitsAndFetches() {
        assertThat(commit(commitOf(42))).isEqualTo(Errors.NONE);

        OffsetFetchResponsePartitions found = fetched(true);
        assertThat(found.committedOffset()).isEqualTo(42);
        assertThat(found.committedLeaderEpoch()).isEqualTo(5);
        assertThat(found.metadata()).isEqualTo("note");
        assertThat(run.list(List.of(), List.of()).groups())
                .extracting(group -> group.groupState() + "/" + group.protocolType())
                .containsExactly("Empty/");
    }

    @Test
    void whatWasNeverCommittedIsMinusOne() {
        OffsetFetchResponsePartitions found = fetched(true);

        assertThat(found.errorCode()).isZero();
        assertThat(found.committedOffset()).isEqualTo(-1);
        assertThat(found.committedLeaderEpoch()).isEqualTo(-1);
        assertThat(found.metadata()).isEmpty();
    }

    @Test
    void allTopicsAreFetchedWhenNoneIsNamed() {
        commit(commitOf(42));

        OffsetFetchResponseGroup all = fetch(false, null);
        assertThat(all.topics()).hasSize(1);
        assertThat(all.topics().getFirst().name()).isEqualTo("topic");
        assertThat(all.topics().getFirst().partitions().getFirst().committedOffset()).isEqualTo(42);
    }

    @Test
    void offsetOfATopicThatWasCreatedAnewIsNotFound() {
        Uuid before = Uuid.randomUuid();
        OffsetCommitRequestData commit = commitOf(42);
        commit.topics().getFirst().setTopicId(before);
        commit(commit, 10);
        OffsetFetchRequestTopics topic =
                new OffsetFetchRequestTopics().setName("topic").setPartitionIndexes(List.of(0));

        assertThat(offsetIn(fetch(false, List.of(topic.duplicate().setTopicId(before)))))
                .isEqualTo(42);
        assertThat(offsetIn(fetch(false, List.of(topic.setTopicId(Uuid.randomUuid())))))
                .isEqualTo(-1);
    }

    private static long offsetIn(OffsetFetchResponseGroup group) {
        return group.topics().getFirst().partitions().getFirst().committedOffset();
    }

    @Test
    void commitsSurviveAFailOver() {
        commit(commitOf(1));
        commit(commitOf(2));
        run.failOver();

        assertThat(committed()).isEqualTo(2);
    }

    @Test
    void commitThatCouldNotBeWrittenHasNotHappened() {
        commit(commitOf(1));
        run.appendsFail(true);
        OffsetCommitRequestData request = commitOf(2);
        long failing = run.send(t -> new GroupCommand.OffsetCommit(t, (short) 9, request));
        run.appendsFail(false);

        assertThat(run.hasFailed(failing)).isTrue();
        assertThat(committed()).isEqualTo(1);
    }

    @Test
    void unknownGroupWithAGenerationIsRefused() {
        OffsetCommitRequestData request = commitOf(1).setGenerationIdOrMemberEpoch(3);

        assertThat(commit(request, 9)).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(commit(request, 8)).isEqualTo(Errors.ILLEGAL_GENERATION);
    }

    @Test
    void onlyMembersOfTheGenerationCommit() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        OffsetCommitRequestData right =
                commitOf(7).setMemberId(only.memberId()).setGenerationIdOrMemberEpoch(1);

        assertThat(commit(right)).isEqualTo(Errors.NONE);
        assertThat(commit(commitOf(7))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(commit(right.duplicate().setGenerationIdOrMemberEpoch(2)))
                .isEqualTo(Errors.ILLEGAL_GENERATION);
        assertThat(commit(right.duplicate().setMemberId("stranger")))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void commitWhileTheAssignmentIsAwaitedHasToWait() {
        long ticket = run.joinNew(Join.dynamic());
        run.pass(3_000);
        OffsetCommitRequestData request =
                commitOf(7)
                        .setMemberId(run.joined(ticket).memberId())
                        .setGenerationIdOrMemberEpoch(1);

        assertThat(commit(request)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    }

    @Test
    void memberMayCommitBeforeItRejoins() {
        JoinGroupResponseData first = run.stableGroupOf(Join.dynamic());
        run.joinNew(Join.dynamic());

        assertThat(
                        commit(
                                commitOf(7)
                                        .setMemberId(first.memberId())
                                        .setGenerationIdOrMemberEpoch(1)))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void commitCountsAsAHeartbeat() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        run.pass(9_000);
        commit(commitOf(7).setMemberId(only.memberId()).setGenerationIdOrMemberEpoch(1));
        run.pass(9_000);

        assertThat(run.state()).isEqualTo("Stable");
    }

    @Test
    void metadataHasABound() {
        OffsetCommitRequestData request = commitOf(1);
        request.topics().getFirst().partitions().getFirst().setCommittedMetadata("x".repeat(4097));

        assertThat(commit(request)).isEqualTo(Errors.OFFSET_METADATA_TOO_LARGE);
        assertThat(run.list(List.of(), List.of()).groups()).isEmpty();
    }

    // ---- retention ----

    @Test
    void offsetsOfAGroupWithoutMembersExpireAfterTheirCommit() {
        commit(commitOf(1));
        run.pass(RETENTION - 1);
        run.happen(new GroupCommand.ExpireOffsets());
        assertThat(committed()).isEqualTo(1);
        run.pass(1);
        run.happen(new GroupCommand.ExpireOffsets());

        assertThat(committed()).isEqualTo(-1);
        assertThat(run.list(List.of(), List.of()).groups()).isEmpty();
        assertThat(run.fromLog().decide(new GroupCommand.ExpireOffsets(), run.now()).records())
                .isEmpty();
    }

    @Test
    void offsetsOfAnEmptiedGroupExpireAfterTheLastMemberLeft() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic().withSession(1_800_000));
        commit(commitOf(1).setMemberId(only.memberId()).setGenerationIdOrMemberEpoch(1));
        run.pass(1_700_000);
        run.leave(only.memberId());
        run.pass(RETENTION - 1);
        run.happen(new GroupCommand.ExpireOffsets());
        assertThat(committed()).isEqualTo(1);
        run.pass(1);
        run.happen(new GroupCommand.ExpireOffsets());

        assertThat(committed()).isEqualTo(-1);
        assertThat(run.state()).isEqualTo("Dead");
    }

    @Test
    void onlyUnsubscribedTopicsOfALiveGroupExpire() {
        assertThat(committedAfterRetentionInAGroupSubscribedTo("topic")).isEqualTo(1);
        assertThat(committedAfterRetentionInAGroupSubscribedTo("another")).isEqualTo(-1);
    }

    private long committedAfterRetentionInAGroupSubscribedTo(String topic) {
        ShardRun alive = new ShardRun();
        JoinGroupResponseData only = alive.stableGroupOf(Join.dynamic().subscribedTo(topic));
        OffsetCommitRequestData request =
                commitOf(1).setMemberId(only.memberId()).setGenerationIdOrMemberEpoch(1);
        alive.send(t -> new GroupCommand.OffsetCommit(t, (short) 9, request));
        for (long passed = 0; passed <= RETENTION; passed += 9_000) {
            alive.pass(9_000);
            assertThat(alive.heartbeat(only.memberId(), 1)).isEqualTo(Errors.NONE);
        }
        alive.happen(new GroupCommand.ExpireOffsets());
        OffsetFetchRequestGroup all =
                new OffsetFetchRequestGroup()
                        .setGroupId(ShardRun.GROUP)
                        .setTopics(
                                List.of(
                                        new OffsetFetchRequestTopics()
                                                .setName("topic")
                                                .setPartitionIndexes(List.of(0))));
        long ticket = alive.send(t -> new GroupCommand.OffsetFetch(t, false, all));
        return offsetIn(alive.reply(ticket, OffsetFetchResponseData.class).groups().getFirst());
    }

    @Test
    void oldClientsChooseTheRetentionThemselves() {
        commit(commitOf(1).setRetentionTimeMs(1_000), 4);
        run.failOver();
        run.pass(1_000);
        run.happen(new GroupCommand.ExpireOffsets());

        assertThat(committed()).isEqualTo(-1);
    }

    @Test
    void deletedTopicsTakeTheirOffsetsAlong() {
        commit(commitOf(1));
        run.happen(new GroupCommand.TopicsDeleted(Set.of("another")));
        assertThat(committed()).isEqualTo(1);
        run.happen(new GroupCommand.TopicsDeleted(Set.of("topic")));

        assertThat(committed()).isEqualTo(-1);
    }

    // ---- deletion ----

    private OffsetDeleteResponseData deleteOffset() {
        OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
        topics.add(
                new OffsetDeleteRequestTopic()
                        .setName("topic")
                        .setPartitions(
                                List.of(new OffsetDeleteRequestPartition().setPartitionIndex(0))));
        OffsetDeleteRequestData request =
                new OffsetDeleteRequestData().setGroupId(ShardRun.GROUP).setTopics(topics);
        long ticket = run.send(t -> new GroupCommand.OffsetDelete(t, request));
        return run.reply(ticket, OffsetDeleteResponseData.class);
    }

    private static Errors partitionError(OffsetDeleteResponseData response) {
        return Errors.forCode(
                response.topics().iterator().next().partitions().iterator().next().errorCode());
    }

    @Test
    void offsetsOfTopicsInUseAreNotDeleted() {
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic().subscribedTo("topic"));
        commit(commitOf(1).setMemberId(only.memberId()).setGenerationIdOrMemberEpoch(1));

        assertThat(partitionError(deleteOffset())).isEqualTo(Errors.GROUP_SUBSCRIBED_TO_TOPIC);
        assertThat(committed()).isEqualTo(1);
        run.leave(only.memberId());
        assertThat(partitionError(deleteOffset())).isEqualTo(Errors.NONE);
        assertThat(committed()).isEqualTo(-1);
    }

    @Test
    void offsetsOfALiveGroupOfAnotherKindAreNotDeleted() {
        run.stableGroupOf(Join.dynamic().withProtocols("connect", "v1"));

        assertThat(deleteOffset().errorCode()).isEqualTo(Errors.NON_EMPTY_GROUP.code());
    }

    @Test
    void offsetsOfAnUnknownGroupAreNotDeleted() {
        assertThat(deleteOffset().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    }

    private Errors deleteGroup() {
        DeleteGroupsRequestData request =
                new DeleteGroupsRequestData().setGroupsNames(List.of(ShardRun.GROUP));
        long ticket = run.send(t -> new GroupCommand.DeleteGroups(t, request));
        return Errors.forCode(
                run.reply(ticket, DeleteGroupsResponseData.class)
                        .results()
                        .iterator()
                        .next()
                        .errorCode());
    }

    @Test
    void onlyEmptyGroupsAreDeletedAndWithTheirOffsets() {
        assertThat(deleteGroup()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        JoinGroupResponseData only = run.stableGroupOf(Join.dynamic());
        commit(commitOf(1).setMemberId(only.memberId()).setGenerationIdOrMemberEpoch(1));
        assertThat(deleteGroup()).isEqualTo(Errors.NON_EMPTY_GROUP);
        run.leave(only.memberId());
        assertThat(deleteGroup()).isEqualTo(Errors.NONE);

        assertThat(run.state()).isEqualTo("Dead");
        run.failOver();
        assertThat(run.state()).isEqualTo("Dead");
        assertThat(committed()).isEqualTo(-1);
    }

    // ---- transactions of another coordinator's log ----

    private void pending(long producerId, long offset) {
        run.shard()
                .applyTransactional(
                        producerId,
                        GroupRecord.encode(
                                new GroupRecord.OffsetKey(ShardRun.GROUP, "topic", 0),
                                new CommittedOffset(
                                        offset, 0, "", 0, OptionalLong.empty(), Uuid.ZERO_UUID)));
    }

    @Test
    void offsetOfAnOpenTransactionIsUnstableUntilItCommits() {
        commit(commitOf(1));
        pending(9, 2);
        assertThat(fetched(true).errorCode()).isEqualTo(Errors.UNSTABLE_OFFSET_COMMIT.code());
        assertThat(committed()).isEqualTo(1);
        run.shard().applyTransactionEnd(9, true);

        assertThat(fetched(true).committedOffset()).isEqualTo(2);
    }

    @Test
    void offsetOfAnAbortedTransactionIsForgotten() {
        pending(9, 2);
        run.shard().applyTransactionEnd(9, false);

        assertThat(fetched(true).committedOffset()).isEqualTo(-1);
    }

    @Test
    void laterPlainCommitOutlastsTheTransaction() {
        pending(9, 2);
        commit(commitOf(3));
        run.shard().applyTransactionEnd(9, true);

        assertThat(fetched(true).committedOffset()).isEqualTo(3);
    }

    @Test
    void laterRecordOfTwoTransactionsCountsInWhicheverOrderTheyCommit() {
        pending(8, 2);
        pending(9, 3);
        run.shard().applyTransactionEnd(8, true);
        assertThat(committed()).isEqualTo(2);
        run.shard().applyTransactionEnd(9, true);
        assertThat(committed()).isEqualTo(3);

        pending(9, 4);
        pending(8, 5);
        run.shard().applyTransactionEnd(8, true);
        run.shard().applyTransactionEnd(9, true);
        assertThat(fetched(true).committedOffset()).isEqualTo(5);
    }

    @Test
    void groupThatWasDeletedDoesNotComeBackWhenATransactionCommits() {
        commit(commitOf(1));
        pending(9, 2);
        assertThat(deleteGroup()).isEqualTo(Errors.NONE);
        run.shard().applyTransactionEnd(9, true);

        assertThat(committed()).isEqualTo(-1);
    }

    @Test
    void offsetsWithOpenTransactionsDoNotExpire() {
        commit(commitOf(1));
        pending(9, 2);
        run.pass(2 * RETENTION);
        run.happen(new GroupCommand.ExpireOffsets());

        assertThat(committed()).isEqualTo(1);
    }

    // ---- the log ----

    @Test
    void recordsOfKindsThatAreNotServedArePassedOver() {
        List<CoordinatorRecord> foreign = new ArrayList<>();
        for (byte kind : new byte[] {9, 24, 25, 99}) {
            foreign.add(new CoordinatorRecord(new byte[] {0, kind, 1, 2, 3}, new byte[] {9}));
        }
        foreign.forEach(run.shard()::apply);

        assertThat(run.list(List.of(), List.of()).groups()).isEmpty();
    }
}
