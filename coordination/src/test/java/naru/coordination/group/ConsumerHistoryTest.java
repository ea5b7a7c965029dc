package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Random members of one group against what must hold whatever they do. Members join, beat, lose
 * answers, change what they want, leave and fall silent; topics come, grow and go; appends fail;
 * coordinators fail over.
 */
class ConsumerHistoryTest {
    private static final int STEPS = 1_000;
    private static final int CLIENTS = 6;

    private final List<ConsumerClient> clients = new ArrayList<>();
    private ShardRun run = new ShardRun();
    private Random random = new Random(0);
    private int names;
    private int lastEpoch;
    private String lastEpochs = "";

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void noPartitionHasTwoOwnersAndInTheEndEachHasOne(long seed) {
        random = new Random(seed);
        run = new ShardRun(ShardSettings.defaults(), seed);
        run.surroundings().topic("a", 3);
        run.surroundings().topic("b", 2);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(newClient(i));
        }
        for (int i = 0; i < STEPS; i++) {
            step();
            checkOwners();
            checkEpochs();
            checkReplay();
        }
        settle();
    }

    private ConsumerClient newClient(int index) {
        String instance = index % 3 == 0 ? "static" + index : null;
        String topic = random.nextBoolean() ? "a" : "b";
        ConsumerClient client = new ConsumerClient(run, "m" + names++, instance, topic);
        if (random.nextInt(3) == 0) {
            client.subscribeToPattern("a.*");
        }
        return client;
    }

    private void step() {
        int index = random.nextInt(CLIENTS);
        ConsumerClient client = clients.get(index);
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> beat(client, client.request());
            case 8 -> {
                if (client.epoch() != 0) {
                    beat(client, client.shortRequest());
                }
            }
            case 9 -> client.send(client.request());
            case 10 -> run.pass(random.nextInt(5_000));
            case 11 -> {
                if (random.nextInt(4) == 0) {
                    leave(client, index);
                }
            }
            case 12 -> {
                if (random.nextInt(4) == 0) {
                    client.subscribe("a", "b");
                }
            }
            case 13 -> {
                if (random.nextInt(8) == 0) {
                    clients.set(index, newClient(index));
                }
            }
            case 14 -> changeTopics();
            case 15 -> mishap();
            default -> throw new AssertionError();
        }
    }

    private void changeTopics() {
        switch (random.nextInt(12)) {
            case 0 -> grow();
            case 1 -> run.surroundings().topic("ab", 2);
            case 2 -> run.surroundings().deleteTopic("ab");
            default -> {}
        }
    }

    private void grow() {
        var topic = run.surroundings().topics().topic("a");
        int now = topic == null ? 0 : topic.partitionCount();
        run.surroundings().topic("a", Math.min(now + 1, 9));
    }

    private void mishap() {
        switch (random.nextInt(8)) {
            case 0 -> run.failOver();
            case 1 -> run.appendsFail(true);
            case 2 -> run.pass(50_000);
            default -> run.appendsFail(false);
        }
    }

    private void beat(ConsumerClient client, ConsumerGroupHeartbeatRequestData request) {
        long ticket = client.send(request);
        if (!run.hasFailed(ticket)) {
            Errors error = client.take(run.reply(ticket, ConsumerGroupHeartbeatResponseData.class));
            assertThat(error)
                    .isIn(
                            Errors.NONE,
                            Errors.UNKNOWN_MEMBER_ID,
                            Errors.FENCED_MEMBER_EPOCH,
                            Errors.UNRELEASED_INSTANCE_ID,
                            Errors.FENCED_INSTANCE_ID,
                            Errors.GROUP_ID_NOT_FOUND);
            if (error == Errors.GROUP_ID_NOT_FOUND || error == Errors.FENCED_INSTANCE_ID) {
                client.abandon();
            }
        }
    }

    private void leave(ConsumerClient client, int index) {
        int epoch = index % 3 == 0 && random.nextBoolean() ? -2 : -1;
        client.send(client.shortRequest().setMemberEpoch(epoch));
        clients.set(index, newClient(index));
    }

    // ---- what must hold ----

    private DescribedGroup group(GroupShard shard) {
        var command = new GroupCommand.ConsumerGroupDescribe(0, List.of(ShardRun.GROUP));
        var decision = shard.decide(command, run.now());
        return ((ConsumerGroupDescribeResponseData) decision.replies().getFirst().response())
                .groups()
                .getFirst();
    }

    private void checkOwners() {
        Map<String, Member> members =
                group(run.shard()).members().stream()
                        .collect(Collectors.toMap(Member::memberId, member -> member));
        Set<String> assigned = new HashSet<>();
        members.values()
                .forEach(member ->
                        partitions(member)
                                .forEach(each ->
                                        assertThat(assigned.add(each))
                                                .as("%s is assigned to one member", each)
                                                .isTrue()));
        Set<String> owned = new HashSet<>();
        for (ConsumerClient client : clients) {
            Member member = members.get(client.memberId());
            if (member == null || member.memberEpoch() < 0) {
                continue;
            }
            for (Map.Entry<Uuid, Set<Integer>> topic : client.ownedById().entrySet()) {
                for (int partition : topic.getValue()) {
                    assertThat(owned.add(topic.getKey() + "-" + partition))
                            .as("%s-%d is owned by one member", topic.getKey(), partition)
                            .isTrue();
                }
            }
        }
    }

    private static Set<String> partitions(Member member) {
        Set<String> partitions = new TreeSet<>();
        member.assignment()
                .topicPartitions()
                .forEach(topic ->
                        topic.partitions()
                                .forEach(each -> partitions.add(topic.topicName() + each)));
        return partitions;
    }

    private void checkEpochs() {
        DescribedGroup group = group(run.shard());
        String epochs = group.groupEpoch() + " " + group.assignmentEpoch();
        assertThat(group.groupEpoch()).as("after %s", lastEpochs).isGreaterThanOrEqualTo(lastEpoch);
        assertThat(group.assignmentEpoch()).isLessThanOrEqualTo(group.groupEpoch());
        group.members()
                .forEach(member ->
                        assertThat(member.memberEpoch())
                                .isLessThanOrEqualTo(group.assignmentEpoch()));
        lastEpoch = group.groupEpoch();
        lastEpochs = epochs;
    }

    private void checkReplay() {
        if (random.nextInt(20) == 0) {
            assertThat(sorted(group(run.fromLog())))
                    .as("a replay of the log gives the live group")
                    .isEqualTo(sorted(group(run.shard())));
        }
    }

    private static String sorted(DescribedGroup group) {
        List<String> members =
                group.members().stream()
                        .map(member ->
                                member.memberId()
                                        + member.memberEpoch()
                                        + member.instanceId()
                                        + member.subscribedTopicNames()
                                        + member.subscribedTopicRegex()
                                        + partitions(member))
                        .sorted()
                        .toList();
        return group.groupState() + group.groupEpoch() + " " + group.assignmentEpoch() + members;
    }

    /** Everybody cooperates: soon each partition that somebody wants has its owner. */
    private void settle() {
        run.appendsFail(false);
        run.pass(100_000);
        clients.forEach(ConsumerClient::abandon);
        for (int i = 0; i < 30; i++) {
            clients.forEach(client -> beat(client, client.request()));
            run.pass(1_000);
        }
        DescribedGroup group = group(run.shard());
        assertThat(group.groupState()).as("%s", group).isEqualTo("Stable");
        assertThat(group.members()).hasSize(CLIENTS);
        Set<String> wanted = new TreeSet<>();
        Set<String> owned = new TreeSet<>();
        group.members()
                .forEach(member -> {
                    Set<String> topics = new HashSet<>(member.subscribedTopicNames());
                    if (!member.subscribedTopicRegex().isEmpty()) {
                        topics.addAll(Set.of("a", "ab"));
                    }
                    for (String name : topics) {
                        var topic = run.surroundings().topics().topic(name);
                        for (int i = 0; topic != null && i < topic.partitionCount(); i++) {
                            wanted.add(name + i);
                        }
                    }
                });
        clients.forEach(client -> owned.addAll(client.owned()));
        assertThat(owned).isEqualTo(wanted);
    }
}
