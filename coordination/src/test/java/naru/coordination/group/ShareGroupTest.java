package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
import naru.coordination.group.modern.Caller;
import naru.coordination.group.modern.TopicPartitions;
import naru.coordination.group.share.ShareEffect;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopicCollection;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

class ShareGroupTest {
    private static final Caller CALLER = new Caller((short) 1, "client", "/host", topic -> true);

    private final FakeSurroundings surroundings = new FakeSurroundings();
    private final List<CoordinatorRecord> log = new ArrayList<>();
    private GroupShard shard = newShard();
    private long nowMillis = 1_000_000;
    private long lastTicket;
    private List<Decision.Effect> effects = List.of();

    private GroupShard newShard() {
        return new GroupShard(ShardSettings.defaults(), surroundings, new Random(1));
    }

    private Decision carryOut(GroupCommand command) {
        Decision decision = shard.decide(command, nowMillis);
        decision.records().forEach(shard::apply);
        log.addAll(decision.records());
        effects = decision.effects();
        return decision;
    }

    private ShareGroupHeartbeatResponseData beat(String member, int epoch, String... topics) {
        ShareGroupHeartbeatRequestData request =
                new ShareGroupHeartbeatRequestData()
                        .setGroupId("group")
                        .setMemberId(member)
                        .setMemberEpoch(epoch)
                        .setSubscribedTopicNames(topics.length == 0 ? null : List.of(topics));
        Decision decision =
                carryOut(new GroupCommand.ShareGroupHeartbeat(++lastTicket, CALLER, request));
        return (ShareGroupHeartbeatResponseData) decision.replies().getFirst().response();
    }

    /** The share coordinator does what it was asked. */
    private void initializeAll() {
        for (Decision.Effect effect : effects) {
            if (effect instanceof ShareEffect.Initialize wanted) {
                Map<Uuid, Set<Integer>> partitions = new HashMap<>();
                wanted.startOffsets()
                        .forEach((topic, starts) ->
                                partitions.put(topic, new HashSet<>(starts.keySet())));
                carryOut(
                        new GroupCommand.ShareStateInitialized(
                                wanted.groupId(),
                                new TopicPartitions(partitions),
                                Errors.NONE,
                                wanted.waiting()));
            }
        }
    }

    private static int assigned(ShareGroupHeartbeatResponseData response) {
        return response.assignment().topicPartitions().stream()
                .mapToInt(topic -> topic.partitions().size())
                .sum();
    }

    @Test
    void partitionsAreAssignedOnceTheyHaveState() {
        surroundings.topic("orders", 3);
        ShareGroupHeartbeatResponseData joined = beat("a", 0, "orders");
        assertThat(assigned(joined)).isZero();
        assertThat(effects).hasSize(1).first().isInstanceOf(ShareEffect.Initialize.class);
        initializeAll();
        ShareGroupHeartbeatResponseData next = beat("a", joined.memberEpoch());
        assertThat(assigned(next)).isEqualTo(3);
        assertThat(next.memberEpoch()).isGreaterThan(joined.memberEpoch());
    }

    @Test
    void moreMembersThanPartitionsAllHaveWork() {
        surroundings.topic("orders", 1);
        beat("a", 0, "orders");
        initializeAll();
        for (String member : List.of("b", "c")) {
            assertThat(assigned(beat(member, 0, "orders"))).isEqualTo(1);
        }
    }

    @Test
    void memberThatIsNotHeardOfIsRemovedAndReleased() {
        surroundings.topic("orders", 1);
        ShareGroupHeartbeatResponseData joined = beat("a", 0, "orders");
        nowMillis += 46_000;
        Decision over = shard.onDeadline(nowMillis);
        over.records().forEach(shard::apply);
        assertThat(over.effects()).containsExactly(new ShareEffect.MemberGone("group", "a"));
        assertThat(beat("a", joined.memberEpoch()).errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void memberThatLeavesKeepsItsShareSessionUntilItEndsIt() {
        surroundings.topic("orders", 1);
        beat("a", 0, "orders");
        beat("a", -1);
        assertThat(effects).isEmpty();
    }

    @Test
    void memberOfAnotherEpochIsFenced() {
        surroundings.topic("orders", 1);
        beat("a", 0, "orders");
        assertThat(beat("a", 77).errorCode()).isEqualTo(Errors.FENCED_MEMBER_EPOCH.code());
    }

    @Test
    void groupIsTheSameAfterALoad() {
        surroundings.topic("orders", 2);
        beat("a", 0, "orders");
        initializeAll();
        int epoch = beat("a", 0, "orders").memberEpoch();
        shard = newShard();
        log.forEach(shard::apply);
        shard.onLoaded(nowMillis);
        ShareGroupHeartbeatResponseData next = beat("a", epoch, "orders");
        assertThat(next.errorCode()).isZero();
        assertThat(assigned(next)).isEqualTo(2);
    }

    @Test
    void consumerOfTheClassicProtocolTakesNoShareGroupOver() {
        surroundings.topic("orders", 1);
        beat("a", 0, "orders");
        initializeAll();
        assertThat(join().errorCode()).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
        beat("a", -1);
        assertThat(join().errorCode()).isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
        assertThat(assigned(beat("b", 0, "orders"))).isEqualTo(1);
    }

    private JoinGroupResponseData join() {
        Decision decision = carryOut(Join.dynamic().command(++lastTicket));
        return (JoinGroupResponseData) decision.replies().getFirst().response();
    }

    @Test
    void emptyGroupGoesWhenItsShareStateHasGone() {
        surroundings.topic("orders", 1);
        beat("a", 0, "orders");
        initializeAll();
        beat("a", -1);
        Decision asked =
                carryOut(
                        new GroupCommand.DeleteGroups(
                                42,
                                new DeleteGroupsRequestData().setGroupsNames(List.of("group"))));
        assertThat(asked.replies()).isEmpty();
        ShareEffect.Delete wanted = (ShareEffect.Delete) asked.effects().getFirst();
        Decision done =
                carryOut(
                        new GroupCommand.ShareStateDeleted(
                                "group", wanted.partitions(), Errors.NONE, wanted.waiting()));
        assertThat(done.replies())
                .singleElement()
                .satisfies(reply -> {
                    assertThat(reply.ticket()).isEqualTo(42);
                    assertThat(
                                    ((DeleteGroupsResponseData) reply.response())
                                            .results()
                                            .find("group")
                                            .errorCode())
                            .isZero();
                });
        Decision listed = carryOut(new GroupCommand.ListGroups(43, new ListGroupsRequestData()));
        assertThat(((ListGroupsResponseData) listed.replies().getFirst().response()).groups())
                .isEmpty();
    }

    // ---- what cannot be recorded ----

    /** The log refuses the records: nothing of the decision happens. */
    private Decision loseBeat(String member, int epoch, String... topics) {
        ShareGroupHeartbeatRequestData request =
                new ShareGroupHeartbeatRequestData()
                        .setGroupId("group")
                        .setMemberId(member)
                        .setMemberEpoch(epoch)
                        .setSubscribedTopicNames(topics.length == 0 ? null : List.of(topics));
        return shard.decide(
                new GroupCommand.ShareGroupHeartbeat(++lastTicket, CALLER, request), nowMillis);
    }

    private void passWithoutBeats(long millis) {
        long until = nowMillis + millis;
        while (shard.nextDeadlineMillis() <= until) {
            nowMillis = Math.max(nowMillis, shard.nextDeadlineMillis());
            shard.onDeadline(nowMillis).records().forEach(shard::apply);
        }
        nowMillis = until;
    }

    @Test
    void removalThatCannotBeRecordedIsTriedAgain() {
        surroundings.topic("orders", 1);
        ShareGroupHeartbeatResponseData joined = beat("a", 0, "orders");
        nowMillis += 46_000;
        assertThat(shard.onDeadline(nowMillis).records()).as("lost").isNotEmpty();
        passWithoutBeats(2_000);

        assertThat(beat("a", joined.memberEpoch()).errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void memberWhoseLeavingCannotBeRecordedIsRemovedWhenItsSessionEnds() {
        surroundings.topic("orders", 1);
        ShareGroupHeartbeatResponseData joined = beat("a", 0, "orders");
        assertThat(loseBeat("a", -1).records()).isNotEmpty();
        passWithoutBeats(46_000);

        assertThat(beat("a", joined.memberEpoch()).errorCode())
                .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }

    @Test
    void topicsThatCouldNotBeTakenUpAreTakenUpByTheNextHeartbeat() {
        surroundings.topic("orders", 1);
        int epoch = beat("a", 0, "orders").memberEpoch();
        initializeAll();
        epoch = beat("a", epoch).memberEpoch();
        surroundings.topic("orders", 2);
        assertThat(loseBeat("a", epoch).records()).isNotEmpty();
        beat("a", epoch);

        assertThat(effects).hasSize(1).first().isInstanceOf(ShareEffect.Initialize.class);
    }

    // ---- offsets ----

    private Decision alter(long ticket, int partition) {
        AlterShareGroupOffsetsRequestTopicCollection topics =
                new AlterShareGroupOffsetsRequestTopicCollection();
        topics.add(
                new AlterShareGroupOffsetsRequestTopic()
                        .setTopicName("orders")
                        .setPartitions(
                                List.of(
                                        new AlterShareGroupOffsetsRequestPartition()
                                                .setPartitionIndex(partition)
                                                .setStartOffset(5))));
        return shard.decide(
                new GroupCommand.AlterShareGroupOffsets(
                        ticket,
                        new AlterShareGroupOffsetsRequestData()
                                .setGroupId("group")
                                .setTopics(topics)),
                nowMillis);
    }

    private void emptyGroup() {
        surroundings.topic("orders", 2);
        beat("a", 0, "orders");
        initializeAll();
        beat("a", -1);
    }

    @Test
    void whoAltersOffsetsIsAnsweredWhenTheLogRefuses() {
        emptyGroup();
        Decision decision = alter(77, 0);
        assertThat(decision.records()).isNotEmpty();
        assertThat(decision.held()).containsExactly(77L);
    }

    @Test
    void nobodyIsRememberedWhoHasBeenAnswered() {
        emptyGroup();
        for (int ticket = 1_000; ticket < 12_000; ticket++) {
            assertThat(alter(ticket, 99).replies()).hasSize(1);
        }
        assertThat(alter(77, 0).effects()).hasSize(1);
    }

    @Test
    void partitionWhoseStateWasDeletedIsBegunAnewThoughAnotherCouldNotBeDeleted() {
        emptyGroup();
        DeleteShareGroupOffsetsRequestData request =
                new DeleteShareGroupOffsetsRequestData()
                        .setGroupId("group")
                        .setTopics(
                                List.of(
                                        new DeleteShareGroupOffsetsRequestTopic()
                                                .setTopicName("orders")));
        Decision asked = carryOut(new GroupCommand.DeleteShareGroupOffsets(77, request));
        ShareEffect.Delete wanted = (ShareEffect.Delete) asked.effects().getFirst();
        Uuid orders = wanted.partitions().partitions().keySet().iterator().next();
        TopicPartitions first = new TopicPartitions(Map.of(orders, Set.of(0)));
        carryOut(
                new GroupCommand.ShareStateDeleted(
                        "group", first, Errors.COORDINATOR_NOT_AVAILABLE, wanted.waiting()));
        beat("b", 0, "orders");

        assertThat(effects)
                .containsExactly(
                        new ShareEffect.Initialize(
                                "group",
                                ((ShareEffect.Initialize) effects.getFirst()).stateEpoch(),
                                Map.of(orders, Map.of(0, -1L)),
                                null));
    }
}
