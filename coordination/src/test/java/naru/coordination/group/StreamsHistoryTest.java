package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Member;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
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
 * Random threads of one application against what must hold whatever they do. They join, beat, lose
 * answers, leave and fall silent; standbys are wanted or not; topics go and come back; appends
 * fail; coordinators fail over.
 */
class StreamsHistoryTest {
    private static final int STEPS = 800;
    private static final int CLIENTS = 5;
    private static final int PROCESSES = 3;
    private static final int PARTITIONS = 4;

    private final List<StreamsClient> clients = new ArrayList<>();
    private ShardRun run = new ShardRun();
    private Random random = new Random(0);
    private int names;
    private int lastEpoch;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void noTaskIsActiveTwiceAndInTheEndEachIsActive(long seed) {
        random = new Random(seed);
        run = new ShardRun(ShardSettings.defaults(), seed);
        if (random.nextBoolean()) {
            run.surroundings().config(ShardRun.GROUP, "streams.initial.rebalance.delay.ms", "0");
        }
        makeTopics();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(newClient());
        }
        for (int i = 0; i < STEPS; i++) {
            step();
            checkTasks();
            checkReplay();
        }
        settle();
    }

    private void makeTopics() {
        run.surroundings().topic("a", PARTITIONS);
        run.surroundings().topic(StreamsClient.REPARTITION, PARTITIONS);
        run.surroundings().topic(StreamsClient.CHANGELOG, PARTITIONS);
    }

    private StreamsClient newClient() {
        StreamsClient client =
                new StreamsClient(run, "m" + names++, "p" + random.nextInt(PROCESSES));
        return random.nextBoolean() ? client : client.at(client.processId() + ".example", 1);
    }

    private void step() {
        int index = random.nextInt(CLIENTS);
        StreamsClient client = clients.get(index);
        switch (random.nextInt(14)) {
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
                    client.send(client.shortRequest().setMemberEpoch(-1));
                    clients.set(index, newClient());
                } else if (random.nextInt(6) == 0) {
                    clients.set(index, newClient());
                }
            }
            case 12 -> changeSurroundings();
            case 13 -> mishap();
            default -> throw new AssertionError();
        }
    }

    private void changeSurroundings() {
        switch (random.nextInt(10)) {
            case 0 ->
                    run.surroundings()
                            .config(
                                    ShardRun.GROUP,
                                    "streams.num.standby.replicas",
                                    "" + random.nextInt(3));
            case 1 -> run.surroundings().deleteTopic("a");
            case 2 -> run.surroundings().deleteTopic(StreamsClient.CHANGELOG);
            case 3, 4, 5 -> makeTopics();
            default -> {}
        }
    }

    private void mishap() {
        switch (random.nextInt(8)) {
            case 0 -> run.failOver();
            case 1 -> run.appendsFail(true);
            case 2 -> run.pass(50_000);
            default -> run.appendsFail(false);
        }
    }

    private void beat(StreamsClient client, StreamsGroupHeartbeatRequestData request) {
        long ticket = client.send(request);
        if (!run.hasFailed(ticket)) {
            assertThat(client.take(run.reply(ticket, StreamsGroupHeartbeatResponseData.class)))
                    .isIn(
                            Errors.NONE,
                            Errors.UNKNOWN_MEMBER_ID,
                            Errors.FENCED_MEMBER_EPOCH,
                            Errors.GROUP_ID_NOT_FOUND);
        }
    }

    // ---- what must hold ----

    private DescribedGroup group(GroupShard shard) {
        var command = new GroupCommand.StreamsGroupDescribe(0, List.of(ShardRun.GROUP));
        var decision = shard.decide(command, run.now());
        return ((StreamsGroupDescribeResponseData) decision.replies().getFirst().response())
                .groups()
                .getFirst();
    }

    private void checkTasks() {
        DescribedGroup group = group(run.shard());
        Map<String, Member> members =
                group.members().stream()
                        .collect(Collectors.toMap(Member::memberId, member -> member));
        Set<String> running = new HashSet<>();
        Set<String> ofProcesses = new HashSet<>();
        for (StreamsClient client : clients) {
            if (!members.containsKey(client.memberId())) {
                continue;
            }
            for (String task : client.active()) {
                assertThat(running.add(task)).as("%s is active at one member", task).isTrue();
                assertThat(ofProcesses.add(client.processId() + task)).isTrue();
            }
            for (String task : client.standby()) {
                assertThat(ofProcesses.add(client.processId() + task))
                        .as("%s is once in process %s", task, client.processId())
                        .isTrue();
            }
        }
        assertThat(group.groupEpoch()).isGreaterThanOrEqualTo(lastEpoch);
        lastEpoch = group.groupEpoch();
        assertThat(group.assignmentEpoch()).isLessThanOrEqualTo(group.groupEpoch());
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
                                        + member.processId()
                                        + member.userEndpoint()
                                        + ids(member.assignment().activeTasks())
                                        + ids(member.assignment().standbyTasks())
                                        + ids(member.targetAssignment().activeTasks()))
                        .sorted()
                        .toList();
        return group.groupState() + group.groupEpoch() + " " + group.assignmentEpoch() + members;
    }

    private static Set<String> ids(List<TaskIds> tasks) {
        Set<String> ids = new TreeSet<>();
        tasks.forEach(each ->
                each.partitions().forEach(index -> ids.add(each.subtopologyId() + "_" + index)));
        return ids;
    }

    /** Everybody cooperates: soon each task is active, and has the copies that are wanted. */
    private void settle() {
        run.appendsFail(false);
        makeTopics();
        run.surroundings().config(ShardRun.GROUP, "streams.num.standby.replicas", "1");
        run.pass(100_000);
        clients.clear();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new StreamsClient(run, "last" + i, "p" + i % PROCESSES));
        }
        for (int i = 0; i < 30; i++) {
            clients.forEach(client -> beat(client, client.request()));
            run.pass(1_000);
        }
        DescribedGroup group = group(run.shard());
        assertThat(group.groupState()).as("%s", group).isEqualTo("Stable");
        assertThat(group.members()).hasSize(CLIENTS);
        List<String> active = clients.stream().flatMap(each -> each.active().stream()).toList();
        assertThat(active).hasSize(2 * PARTITIONS).doesNotHaveDuplicates();
        List<String> standby = clients.stream().flatMap(each -> each.standby().stream()).toList();
        assertThat(standby).hasSize(PARTITIONS).allMatch(task -> task.startsWith("1_"));
    }
}
