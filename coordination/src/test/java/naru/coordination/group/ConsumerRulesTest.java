package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** What members of the newer protocol may say, and what they are told when they may not. */
class ConsumerRulesTest {
    private final ShardRun run = new ShardRun();
    private final ConsumerClient one = ConsumerClient.dynamic(run, "one", "a");
    private final ConsumerClient two = ConsumerClient.dynamic(run, "two", "a");

    @BeforeEach
    void topics() {
        run.surroundings().topic("a", 4);
    }

    private Errors error(ConsumerGroupHeartbeatRequestData request) {
        return Errors.forCode(one.answered(request).errorCode());
    }

    @Test
    void joiningMemberSaysWhatItWantsAndHasNothing() {
        assertThat(error(one.request().setRebalanceTimeoutMs(-1)))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(one.request().setTopicPartitions(null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(one.request().setSubscribedTopicNames(null)))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(one.request().setMemberId(""))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(one.request().setGroupId(""))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(one.request().setInstanceId(""))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(one.request().setMemberEpoch(-3))).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void unknownAssignorAndBadExpressionAreRefused() {
        assertThat(error(one.request().setServerAssignor("nobody")))
                .isEqualTo(Errors.UNSUPPORTED_ASSIGNOR);
        assertThat(error(one.request().setSubscribedTopicRegex("(a")))
                .isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
    }

    @Test
    void memberMustBeKnownAndKnowItsEpoch() {
        assertThat(error(one.shortRequest().setMemberEpoch(1)))
                .isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        one.beat();
        assertThat(error(two.shortRequest().setMemberEpoch(1))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(error(one.shortRequest().setMemberEpoch(7)))
                .isEqualTo(Errors.FENCED_MEMBER_EPOCH);
        two.beat();
        one.beat();
        one.beat();
        assertThat(one.epoch()).isEqualTo(2);
        assertThat(error(one.request().setMemberEpoch(1)))
                .as("an answer was lost")
                .isEqualTo(Errors.NONE);
    }

    @Test
    void instanceIdBelongsToOneMemberUntilItLeaves() {
        ConsumerClient first = new ConsumerClient(run, "first", "i", "a");
        ConsumerClient second = new ConsumerClient(run, "second", "i", "a");
        first.beat();
        assertThat(second.beat()).isEqualTo(Errors.UNRELEASED_INSTANCE_ID);
        first.leave(-2);
        assertThat(second.beat()).isEqualTo(Errors.NONE);
        assertThat(second.owned()).hasSize(4);
        assertThat(second.epoch()).as("nobody else has to move").isEqualTo(1);
        assertThat(error(first.shortRequest().setMemberEpoch(1)))
                .isEqualTo(Errors.FENCED_INSTANCE_ID);
    }

    @Test
    void expressionIsEvaluatedAtOnceAndAgainWhenTopicsCome() {
        one.subscribeToPattern("a[bc]?");
        one.beat();
        assertThat(one.owned()).containsExactly("a0", "a1", "a2", "a3");
        run.surroundings().topic("ab", 1);
        run.surroundings().topic("b", 1);
        run.pass(1_000);
        one.beat();
        assertThat(one.owned()).contains("ab0").doesNotContain("b0");
    }

    @Test
    void commitAndFetchNeedTheMembersEpoch() {
        one.beat();
        assertThat(commit("one", 1, 9)).isEqualTo(Errors.NONE);
        assertThat(commit("one", 2, 9)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(commit("two", 1, 9)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        assertThat(commit("one", 1, 8)).isEqualTo(Errors.UNSUPPORTED_VERSION);
        assertThat(fetch("one", 1)).isEqualTo(Errors.NONE);
        assertThat(fetch("one", 0)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(fetch("two", 1)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void olderEpochMayCommitForWhatTheMemberHasHadSince() {
        one.beat();
        two.beat();
        one.beat();
        one.beat();
        int kept = Integer.parseInt(one.owned().iterator().next().substring(1));
        int lost = 3 - kept;

        assertThat(one.epoch()).isEqualTo(2);
        assertThat(commit("one", 1, 9, kept)).isEqualTo(Errors.NONE);
        assertThat(commit("one", 1, 9, lost))
                .isEqualTo(
                        one.owned().contains("a" + lost) ? Errors.NONE : Errors.STALE_MEMBER_EPOCH);
    }

    @Test
    void intervalAndSessionOfAGroupCanBeSet() {
        run.surroundings().config(ShardRun.GROUP, "consumer.session.timeout.ms", "60000");
        one.beat();
        run.pass(50_000);
        assertThat(one.beat()).isEqualTo(Errors.NONE);
        run.pass(60_000);
        assertThat(one.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    private Errors commit(String memberId, int epoch, int version) {
        return commit(memberId, epoch, version, 0);
    }

    private Errors commit(String memberId, int epoch, int version, int partition) {
        OffsetCommitRequestData request =
                new OffsetCommitRequestData()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(memberId)
                        .setGenerationIdOrMemberEpoch(epoch)
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestTopic()
                                                .setName("a")
                                                .setTopicId(FakeSurroundings.idOf("a"))
                                                .setPartitions(
                                                        List.of(
                                                                new OffsetCommitRequestPartition()
                                                                        .setPartitionIndex(
                                                                                partition)))));
        long ticket = run.send(t -> new GroupCommand.OffsetCommit(t, (short) version, request));
        return Errors.forCode(
                run.reply(ticket, OffsetCommitResponseData.class)
                        .topics()
                        .getFirst()
                        .partitions()
                        .getFirst()
                        .errorCode());
    }

    private Errors fetch(String memberId, int epoch) {
        OffsetFetchRequestGroup asked =
                new OffsetFetchRequestGroup()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(memberId)
                        .setMemberEpoch(epoch)
                        .setTopics(null);
        long ticket = run.send(t -> new GroupCommand.OffsetFetch(t, true, asked));
        return Errors.forCode(
                run.reply(ticket, OffsetFetchResponseData.class).groups().getFirst().errorCode());
    }
}
