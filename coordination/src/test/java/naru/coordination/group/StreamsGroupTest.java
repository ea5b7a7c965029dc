package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import naru.coordination.group.streams.InternalTopics;

import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.UnaryOperator;

class StreamsGroupTest {
    private final ShardRun run = new ShardRun();
    private final StreamsClient one = new StreamsClient(run, "one", "p1");
    private final StreamsClient two = new StreamsClient(run, "two", "p2");

    @BeforeEach
    void topics() {
        run.surroundings().topic("a", 2);
        run.surroundings().config(ShardRun.GROUP, "streams.initial.rebalance.delay.ms", "0");
    }

    private void makeInternalTopics() {
        run.surroundings().topic(StreamsClient.REPARTITION, 2);
        run.surroundings().topic(StreamsClient.CHANGELOG, 2);
    }

    private DescribedGroup group() {
        long ticket =
                run.send(t -> new GroupCommand.StreamsGroupDescribe(t, List.of(ShardRun.GROUP)));
        return run.reply(ticket, StreamsGroupDescribeResponseData.class).groups().getFirst();
    }

    private void shareTasks() {
        makeInternalTopics();
        one.beat();
        for (int i = 0; i < 4; i++) {
            two.beat();
            one.beat();
        }
        assertThat(group().groupState()).isEqualTo("Stable");
    }

    // ---- topics ----

    @Test
    void missingInternalTopicsAreAskedForWithPartitionsOfTheirSources() {
        assertThat(one.beat()).isEqualTo(Errors.NONE);

        assertThat(one.statuses()).containsExactly(Status.MISSING_INTERNAL_TOPICS.code());
        assertThat(one.active()).isEmpty();
        assertThat(group().groupState()).isEqualTo("NotReady");
        assertThat(run.effects())
                .singleElement()
                .satisfies(effect ->
                        assertThat(((InternalTopics) effect).topics())
                                .extracting(CreatableTopic::name, CreatableTopic::numPartitions)
                                .containsExactlyInAnyOrder(
                                        tuple(StreamsClient.REPARTITION, 2),
                                        tuple(StreamsClient.CHANGELOG, 2)));
    }

    @Test
    void missingTopicsAreNotAskedForWithEveryHeartbeat() {
        one.beat();
        one.beat();
        one.beat();
        int asked = run.effects().size();
        run.pass(1_000);
        one.beat();

        assertThat(asked).isLessThanOrEqualTo(2);
        assertThat(run.effects()).hasSize(asked + 1);
    }

    @Test
    void tasksComeWithTheInternalTopics() {
        one.beat();
        makeInternalTopics();
        one.beat();

        assertThat(one.active()).containsExactly("0_0", "0_1", "1_0", "1_1");
        assertThat(one.statuses()).isEmpty();
        assertThat(group().groupState()).isEqualTo("Stable");
    }

    @Test
    void memberThatMayNotCreateTopicsIsToldSo() {
        one.mayCreate(topic -> false).beat();

        assertThat(run.effects()).isEmpty();
        assertThat(one.detail()).contains("Unauthorized to CREATE", StreamsClient.CHANGELOG);
    }

    @Test
    void missingSourceTopicIsToldAndItsComingHeals() {
        run.surroundings().deleteTopic("a");
        one.beat();
        assertThat(one.statuses()).containsExactly(Status.MISSING_SOURCE_TOPICS.code());

        run.surroundings().topic("a", 2);
        makeInternalTopics();
        one.beat();
        assertThat(one.active()).hasSize(4);
    }

    @Test
    void deletedSourceTopicTakesTheTasksAway() {
        makeInternalTopics();
        one.beat();
        run.surroundings().deleteTopic("a");
        run.pass(1_000);
        one.beat();
        one.beat();

        assertThat(one.active()).isEmpty();
        assertThat(group().groupState()).isEqualTo("NotReady");
    }

    @Test
    void topicsThatAreNotCopartitionedAreTold() {
        run.surroundings().topic("b", 3);
        one.running(StreamsClient.joining()).beat();

        assertThat(one.statuses()).containsExactly(Status.INCORRECTLY_PARTITIONED_TOPICS.code());
        assertThat(one.active()).isEmpty();
    }

    @Test
    void internalTopicWithOtherPartitionsIsTold() {
        run.surroundings().topic(StreamsClient.REPARTITION, 2);
        run.surroundings().topic(StreamsClient.CHANGELOG, 5);
        one.beat();

        assertThat(one.statuses()).containsExactly(Status.INCORRECTLY_PARTITIONED_TOPICS.code());
    }

    // ---- topologies ----

    private Errors joinWith(UnaryOperator<Topology> change) {
        return one.running(change.apply(StreamsClient.counting())).beat();
    }

    @Test
    void otherTopologyIsRefusedWhileThereAreMembersAndTakenWhenThereAreNone() {
        run.surroundings().topic("b", 2);
        makeInternalTopics();
        one.beat();
        two.running(StreamsClient.joining());
        assertThat(two.beat()).isEqualTo(Errors.INVALID_REQUEST);

        one.leave();
        assertThat(two.beat()).isEqualTo(Errors.NONE);
        assertThat(two.active()).containsExactly("0_0", "0_1");
    }

    @Test
    void olderTopologyIsToldToBeStale() {
        makeInternalTopics();
        one.running(StreamsClient.counting().setEpoch(3)).beat();
        two.beat();

        assertThat(two.statuses()).contains(Status.STALE_TOPOLOGY.code());
        assertThat(group().topology().epoch()).isEqualTo(3);
    }

    @Test
    void topologiesThatCannotBeAreRefused() {
        assertThat(
                        joinWith(topology -> {
                            topology.subtopologies()
                                    .get(1)
                                    .stateChangelogTopics()
                                    .get(0)
                                    .setPartitions(2);
                            return topology;
                        }))
                .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
        assertThat(
                        joinWith(topology -> {
                            topology.subtopologies().get(1).setSubtopologyId("0");
                            return topology;
                        }))
                .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
        assertThat(
                        joinWith(topology -> {
                            topology.subtopologies()
                                    .get(1)
                                    .repartitionSourceTopics()
                                    .get(0)
                                    .setPartitions(Integer.MAX_VALUE);
                            return topology;
                        }))
                .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
        assertThat(
                        joinWith(topology -> {
                            topology.subtopologies().get(0).setSourceTopicRegex(List.of("a.*"));
                            return topology;
                        }))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(one.running(StreamsClient.joining()).request())
                .satisfies(request -> {
                    request.topology()
                            .subtopologies()
                            .get(0)
                            .copartitionGroups()
                            .get(0)
                            .setSourceTopics(List.of((short) 7));
                    assertThat(one.answered(request).errorCode())
                            .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY.code());
                });
        assertThat(run.log()).isEmpty();
    }

    @Test
    void topologyOfANegativeEpochIsRefused() {
        assertThat(joinWith(topology -> topology.setEpoch(-1)))
                .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
    }

    /** Kafka's own functions stumble over it, but only when its source topics are there. */
    @Test
    void topologyThatNamesAnInternalTopicTwiceIsRefusedBeforeItsTopicsAreThere() {
        Topology twice =
                new Topology()
                        .setSubtopologies(
                                List.of(
                                        new Subtopology()
                                                .setSubtopologyId("0")
                                                .setSourceTopics(List.of("later"))
                                                .setStateChangelogTopics(
                                                        List.of(
                                                                new TopicInfo().setName("s"),
                                                                new TopicInfo().setName("s")))));
        Errors answered = one.running(twice).beat();
        run.surroundings().topic("later", 2);
        run.failOver();

        assertThat(answered).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
    }

    @Test
    void repartitionTopicsInACircleAreRefused() {
        Topology circle =
                new Topology()
                        .setSubtopologies(
                                List.of(
                                        new Subtopology()
                                                .setSubtopologyId("0")
                                                .setRepartitionSinkTopics(List.of("r"))
                                                .setRepartitionSourceTopics(
                                                        List.of(new TopicInfo().setName("r")))));

        assertThat(one.running(circle).beat()).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
        assertThat(run.log()).isEmpty();
    }

    // ---- members ----

    @Test
    void requestsThatKafkaRefusesAreRefused() {
        assertThat(error(request -> request.setInstanceId("static")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setTaskOffsets(List.of())))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setTopology(null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setRebalanceTimeoutMs(-1)))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setMemberEpoch(-2))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setStandbyTasks(null)))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setMemberId(""))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setGroupId("x".repeat(8_001))))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(request -> request.setMemberEpoch(4).setTopology(null)))
                .isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    private Errors error(UnaryOperator<StreamsGroupHeartbeatRequestData> change) {
        return Errors.forCode(one.answered(change.apply(one.request())).errorCode());
    }

    @Test
    void secondMemberRunsATaskWhenTheFirstHasGivenItUp() {
        makeInternalTopics();
        one.beat();
        two.beat();
        assertThat(two.active()).isEmpty();

        StreamsGroupHeartbeatResponseData told = one.answered(one.request());
        two.beat();
        assertThat(two.active()).as("before the first has said so").isEmpty();
        one.take(told);
        one.beat();
        two.beat();

        assertThat(one.active()).hasSize(2);
        assertThat(two.active()).hasSize(2).doesNotContainAnyElementsOf(one.active());
        assertThat(group().groupState()).isEqualTo("Stable");
    }

    @Test
    void lostAnswerIsGivenAgain() {
        makeInternalTopics();
        one.beat();
        two.beat();
        one.answered(one.request());
        one.answered(one.request());
        one.beat();

        assertThat(one.active()).hasSize(2);
    }

    @Test
    void standbysAreAtOtherProcesses() {
        run.surroundings().config(ShardRun.GROUP, "streams.num.standby.replicas", "1");
        StreamsClient sibling = new StreamsClient(run, "sibling", "p1");
        makeInternalTopics();
        for (int i = 0; i < 8; i++) {
            List.of(one, sibling, two).forEach(StreamsClient::beat);
        }

        assertThat(group().groupState()).isEqualTo("Stable");
        assertThat(one.standby()).doesNotContainAnyElementsOf(sibling.active());
        assertThat(one.standby().size() + sibling.standby().size() + two.standby().size())
                .as("one copy of each stateful task")
                .isEqualTo(2);
        assertThat(two.active()).doesNotContainAnyElementsOf(two.standby());
    }

    @Test
    void changedStandbySettingRebalances() {
        shareTasks();
        run.surroundings().config(ShardRun.GROUP, "streams.num.standby.replicas", "1");
        for (int i = 0; i < 4; i++) {
            one.beat();
            two.beat();
        }

        assertThat(one.standby().size() + two.standby().size()).isEqualTo(2);
    }

    @Test
    void memberThatFallsSilentLosesItsTasks() {
        shareTasks();
        for (int i = 0; i < 5; i++) {
            run.pass(10_000);
            one.beat();
        }

        assertThat(one.active()).hasSize(4);
        assertThat(two.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void memberThatDoesNotGiveUpIsRemovedAfterItsTime() {
        makeInternalTopics();
        one.beat();
        two.beat();
        one.answered(one.request());
        for (int i = 0; i < 7; i++) {
            run.pass(10_000);
            one.send(one.shortRequest());
            two.beat();
        }

        assertThat(group().members()).hasSize(1);
        assertThat(two.active()).hasSize(4);
    }

    @Test
    void wrongEpochIsFencedAndAnUnknownTaskIsRefused() {
        shareTasks();
        assertThat(Errors.forCode(one.answered(one.request().setMemberEpoch(99)).errorCode()))
                .isEqualTo(Errors.FENCED_MEMBER_EPOCH);
        StreamsGroupHeartbeatRequestData request = one.request();
        request.activeTasks().get(0).setPartitions(List.of(17));
        assertThat(Errors.forCode(one.answered(request).errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void emptyGroupWaitsForMoreMembers() {
        run.surroundings().config(ShardRun.GROUP, "streams.initial.rebalance.delay.ms", "3000");
        makeInternalTopics();
        one.beat();
        two.beat();
        assertThat(one.statuses()).containsExactly(Status.ASSIGNMENT_DELAYED.code());
        assertThat(one.active()).isEmpty();
        assertThat(one.epoch()).as("of one who has joined").isEqualTo(1);

        run.pass(3_000);
        one.beat();
        two.beat();
        assertThat(one.active()).hasSize(2);
        assertThat(two.active()).hasSize(2);
    }

    @Test
    void shutdownThatAMemberAsksForIsToldToAllUntilNobodyIsLeft() {
        shareTasks();
        one.answered(one.shortRequest().setShutdownApplication(true));
        two.beat();
        assertThat(two.statuses()).containsExactly(Status.SHUTDOWN_APPLICATION.code());

        one.leave();
        two.leave();
        two.beat();
        assertThat(two.statuses()).isEmpty();
    }

    @Test
    void membersLearnWhereActivePartitionsAre() {
        makeInternalTopics();
        one.at("one.example", 1).beat();
        two.at("two.example", 2).beat();
        for (int i = 0; i < 3; i++) {
            one.beat();
            two.beat();
        }
        StreamsGroupHeartbeatResponseData told =
                one.answered(one.request().setEndpointInformationEpoch(-1));

        assertThat(told.partitionsByUserEndpoint())
                .hasSize(2)
                .allSatisfy(each -> {
                    assertThat(each.activePartitions()).isNotEmpty();
                    assertThat(each.userEndpoint().host()).endsWith(".example");
                });
        assertThat(one.answered(one.request()).partitionsByUserEndpoint()).isNull();
    }

    // ---- offsets, other protocols, deletion ----

    private Errors commit(StreamsClient member, int epoch, String topic, int partition) {
        OffsetCommitRequestData request =
                new OffsetCommitRequestData()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(member.memberId())
                        .setGenerationIdOrMemberEpoch(epoch)
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestTopic()
                                                .setName(topic)
                                                .setPartitions(
                                                        List.of(
                                                                new OffsetCommitRequestPartition()
                                                                        .setPartitionIndex(
                                                                                partition)
                                                                        .setCommittedOffset(1)))));
        long ticket = run.send(t -> new GroupCommand.OffsetCommit(t, (short) 9, request));
        return Errors.forCode(
                run.reply(ticket, OffsetCommitResponseData.class)
                        .topics()
                        .getFirst()
                        .partitions()
                        .getFirst()
                        .errorCode());
    }

    @Test
    void memberBehindTheGroupCommitsForTasksThatItStillHas() {
        makeInternalTopics();
        one.beat();
        int first = one.epoch();
        shareTasks();
        String kept = one.active().iterator().next();
        String given = two.active().iterator().next();

        assertThat(commit(one, one.epoch(), "a", 0)).isEqualTo(Errors.NONE);
        assertThat(commit(one, first, topicOf(kept), partitionOf(kept))).isEqualTo(Errors.NONE);
        assertThat(commit(one, first, topicOf(given), partitionOf(given)))
                .isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(commit(one, one.epoch() + 1, "a", 0)).isEqualTo(Errors.STALE_MEMBER_EPOCH);
        assertThat(commit(new StreamsClient(run, "who", "p3"), 1, "a", 0))
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    private static String topicOf(String task) {
        return task.startsWith("0_") ? "a" : StreamsClient.REPARTITION;
    }

    private static int partitionOf(String task) {
        return Integer.parseInt(task.substring(2));
    }

    private Errors delete() {
        DeleteGroupsRequestData request =
                new DeleteGroupsRequestData().setGroupsNames(List.of(ShardRun.GROUP));
        long ticket = run.send(t -> new GroupCommand.DeleteGroups(t, request));
        return Errors.forCode(
                run.reply(ticket, DeleteGroupsResponseData.class)
                        .results()
                        .find(ShardRun.GROUP)
                        .errorCode());
    }

    @Test
    void groupIsDeletedWhenItIsEmptyAndNothingIsLeftInTheLog() {
        shareTasks();
        assertThat(delete()).isEqualTo(Errors.NON_EMPTY_GROUP);
        one.leave();
        two.leave();
        assertThat(group().groupState()).isEqualTo("Empty");
        assertThat(delete()).isEqualTo(Errors.NONE);

        assertThat(group().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        run.failOver();
        assertThat(group().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        assertThat(run.list(List.of(), List.of()).groups()).isEmpty();
    }

    @Test
    void groupIsListedByItsTypeAndOtherProtocolsMayNotJoinIt() {
        shareTasks();
        assertThat(run.list(List.of(), List.of("streams")).groups())
                .singleElement()
                .satisfies(listed -> assertThat(listed.groupState()).isEqualTo("Stable"));
        JoinGroupResponseData refused = run.joined(run.join(Join.dynamic()));
        assertThat(refused.errorCode()).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
        assertThat(ConsumerClient.dynamic(run, "consumer", "a").beat())
                .isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    @Test
    void emptyGroupChangesItsProtocol() {
        shareTasks();
        one.leave();
        two.leave();
        JoinGroupResponseData classic = run.stableGroupOf(Join.dynamic());
        assertThat(one.beat()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);

        run.leave(classic.memberId());
        assertThat(one.beat()).isEqualTo(Errors.NONE);
        assertThat(one.active()).hasSize(4);
        run.failOver();
        assertThat(group().members()).hasSize(1);
    }
}
