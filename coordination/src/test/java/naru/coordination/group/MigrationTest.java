package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** Classic members in groups of the newer protocol, and groups that change their protocol. */
class MigrationTest {
    private final ShardRun run = new ShardRun(ShardRun.settings(0, 100), 1);
    private final ConsumerClient modern = ConsumerClient.dynamic(run, "modern", "a");

    @BeforeEach
    void topics() {
        run.surroundings().topic("a", 4);
    }

    private static List<TopicPartition> partitions(int... indexes) {
        return IntStream.of(indexes).mapToObj(i -> new TopicPartition("a", i)).toList();
    }

    private JoinGroupResponseData join(String memberId, int... owned) {
        ByteBuffer metadata =
                ConsumerProtocol.serializeSubscription(
                        new Subscription(List.of("a"), null, partitions(owned)));
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(
                new JoinGroupRequestProtocol()
                        .setName("cooperative")
                        .setMetadata(Utils.toArray(metadata)));
        JoinGroupRequestData request =
                new JoinGroupRequestData()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(memberId)
                        .setProtocolType("consumer")
                        .setSessionTimeoutMs(45_000)
                        .setRebalanceTimeoutMs(60_000)
                        .setProtocols(protocols);
        long ticket =
                run.send(t -> new GroupCommand.JoinGroup(t, (short) 9, "c", "/127.0.0.1", request));
        run.pass(0);
        return run.joined(ticket);
    }

    private SyncGroupResponseData sync(
            String memberId, int generation, List<SyncGroupRequestAssignment> assignments) {
        return run.synced(
                run.sync(
                        new SyncGroupRequestData()
                                .setGroupId(ShardRun.GROUP)
                                .setMemberId(memberId)
                                .setGenerationId(generation)
                                .setAssignments(assignments)));
    }

    private static List<TopicPartition> assigned(SyncGroupResponseData response) {
        ByteBuffer bytes = ByteBuffer.wrap(response.assignment());
        return ConsumerProtocol.deserializeAssignment(
                        bytes, ConsumerProtocol.deserializeVersion(bytes))
                .partitions();
    }

    /** A classic group of one member that has everything; its id. */
    private String classicGroup() {
        JoinGroupResponseData asked = join("");
        JoinGroupResponseData joined = join(asked.memberId());
        byte[] all =
                Utils.toArray(
                        ConsumerProtocol.serializeAssignment(
                                new Assignment(partitions(0, 1, 2, 3))));
        sync(
                joined.memberId(),
                joined.generationId(),
                List.of(
                        new SyncGroupRequestAssignment()
                                .setMemberId(joined.memberId())
                                .setAssignment(all)));
        assertThat(run.state()).isEqualTo("Stable");
        return joined.memberId();
    }

    private DescribedGroup described() {
        long ticket =
                run.send(t -> new GroupCommand.ConsumerGroupDescribe(t, List.of(ShardRun.GROUP)));
        return run.reply(ticket, ConsumerGroupDescribeResponseData.class).groups().getFirst();
    }

    @Test
    void groupIsUpgradedAndTheClassicMemberGivesUpItsShare() {
        String classic = classicGroup();
        assertThat(modern.beat()).isEqualTo(Errors.NONE);
        assertThat(described().members()).hasSize(2);
        assertThat(modern.owned()).isEmpty();

        assertThat(run.heartbeat(classic, 1)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        JoinGroupResponseData first = join(classic, 0, 1, 2, 3);
        List<TopicPartition> kept = assigned(sync(classic, first.generationId(), List.of()));
        assertThat(kept).hasSize(2);
        modern.beat();
        assertThat(modern.owned()).as("before the classic member has said so").isEmpty();

        assertThat(run.heartbeat(classic, first.generationId()))
                .isEqualTo(Errors.REBALANCE_IN_PROGRESS);
        JoinGroupResponseData second =
                join(classic, kept.stream().mapToInt(TopicPartition::partition).toArray());
        assertThat(assigned(sync(classic, second.generationId(), List.of()))).isEqualTo(kept);
        modern.beat();

        assertThat(modern.owned()).hasSize(2);
        assertThat(run.heartbeat(classic, second.generationId())).isEqualTo(Errors.NONE);
        assertThat(described().groupState()).isEqualTo("Stable");
    }

    @Test
    void groupOfClassicMembersAloneIsAClassicOneAgain() {
        String classic = classicGroup();
        modern.beat();
        modern.leave();
        run.pass(0);

        assertThat(described().errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
        assertThat(run.state()).isEqualTo("PreparingRebalance");
        JoinGroupResponseData joined = join(classic);
        assertThat(joined.errorCode()).isZero();
        assertThat(joined.leader()).isEqualTo(classic);
        assertThat(joined.generationId()).isGreaterThan(1);
    }

    @Test
    void upgradedGroupIsLoadedAsItWas() {
        classicGroup();
        modern.beat();
        String before = described().toString();
        run.failOver();

        assertThat(described().toString()).isEqualTo(before);
    }

    @Test
    void groupOfOthersThanConsumersIsNotUpgraded() {
        run.stableGroupOf(Join.dynamic());

        assertThat(modern.beat()).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
        assertThat(run.state()).isEqualTo("Stable");
    }

    @Test
    void emptyClassicGroupGivesItsNameToANewOne() {
        String classic = classicGroup();
        run.leave(classic);
        assertThat(run.state()).isEqualTo("Empty");

        assertThat(modern.beat()).isEqualTo(Errors.NONE);
        assertThat(modern.owned()).hasSize(4);
    }
}
