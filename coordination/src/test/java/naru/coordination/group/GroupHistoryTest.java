package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Random clients of one group against what must hold whatever they do. Clients join, sync, commit,
 * beat, leave, fall silent and restart; appends fail; coordinators fail over.
 */
class GroupHistoryTest {
    private static final int STEPS = 3_000;
    private static final int CLIENTS = 6;

    /** A client as it sees itself. */
    private static final class Client {
        final @Nullable String instanceId;
        String memberId = "";
        int generation = -1;
        boolean leads;
        List<String> members = List.of();
        @Nullable Long join;
        @Nullable Long sync;

        Client(@Nullable String instanceId) {
            this.instanceId = instanceId;
        }
    }

    private final List<Client> clients = new ArrayList<>();
    private final Map<Integer, String> assignmentByGeneration = new HashMap<>();
    private final Map<String, Long> offsets = new TreeMap<>();
    private ShardRun run = new ShardRun();
    private Random random = new Random(0);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyHistoryKeepsWhatGroupsPromise(long seed) {
        random = new Random(seed);
        run = new ShardRun(ShardRun.settings(random.nextBoolean() ? 0 : 3_000, 5), seed);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new Client(i % 3 == 0 ? "static" + i : null));
        }
        for (int i = 0; i < STEPS; i++) {
            step();
            clients.forEach(this::takeReplies);
            checkStable();
            checkReplay();
        }
        run.appendsFail(false);
        run.pass(10 * 60_000);
        clients.forEach(this::takeReplies);
        assertThat(run.open()).as("requests that nobody answered").isEmpty();
        checkOffsets();
    }

    private void step() {
        Client client = clients.get(random.nextInt(CLIENTS));
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> join(client);
            case 3, 4, 5 -> sync(client);
            case 6 -> beat(client);
            case 7 -> commit(client);
            case 8 -> run.pass(random.nextInt(4_000));
            case 9 -> {
                if (random.nextInt(3) == 0) {
                    restart(client);
                }
            }
            case 10 -> {
                if (random.nextInt(3) == 0) {
                    leave(client);
                }
            }
            case 11 -> mishap();
            default -> throw new AssertionError();
        }
    }

    private void mishap() {
        switch (random.nextInt(12)) {
            case 0 -> run.failOver();
            case 1, 2, 3 -> run.appendsFail(true);
            case 4 -> run.pass(15_000);
            default -> run.appendsFail(false);
        }
    }

    private Join joinOf(Client client) {
        Join plain =
                client.instanceId == null ? Join.dynamic() : Join.statically(client.instanceId);
        return plain.inVersion(3 + random.nextInt(7)).withMetadata("m" + random.nextInt(3));
    }

    private void join(Client client) {
        if (client.join == null && client.sync == null) {
            client.join = run.join(joinOf(client).as(client.memberId));
        }
    }

    private void sync(Client client) {
        if (client.join != null || client.sync != null || client.generation < 0) {
            return;
        }
        Map<String, String> assignments = new HashMap<>();
        if (client.leads) {
            String mark = "-" + random.nextInt(1_000_000);
            client.members.forEach(member -> assignments.put(member, member + mark));
        }
        client.sync = run.sync(client.memberId, client.generation, assignments);
    }

    private void beat(Client client) {
        Errors error = run.heartbeat(client.memberId, client.generation);
        if (error == Errors.UNKNOWN_MEMBER_ID || error == Errors.FENCED_INSTANCE_ID) {
            forget(client);
        }
    }

    private void commit(Client client) {
        int partition = random.nextInt(4);
        long offset = random.nextInt(1_000);
        OffsetCommitRequestData request =
                new OffsetCommitRequestData()
                        .setGroupId(ShardRun.GROUP)
                        .setMemberId(client.memberId)
                        .setGenerationIdOrMemberEpoch(client.generation)
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestTopic()
                                                .setName("topic")
                                                .setPartitions(
                                                        List.of(
                                                                new OffsetCommitRequestPartition()
                                                                        .setPartitionIndex(
                                                                                partition)
                                                                        .setCommittedOffset(
                                                                                offset)))));
        long ticket = run.send(t -> new GroupCommand.OffsetCommit(t, (short) 9, request));
        if (!run.hasFailed(ticket)) {
            OffsetCommitResponseData reply = run.reply(ticket, OffsetCommitResponseData.class);
            if (reply.topics().getFirst().partitions().getFirst().errorCode() == 0) {
                offsets.put("topic-" + partition, offset);
            }
        }
    }

    private void restart(Client client) {
        forget(client);
        client.join = null;
        client.sync = null;
    }

    private static void forget(Client client) {
        client.memberId = "";
        client.generation = -1;
    }

    private void leave(Client client) {
        if (!client.memberId.isEmpty()) {
            run.tryLeave(client.memberId);
            forget(client);
        }
    }

    private void takeReplies(Client client) {
        Long join = client.join;
        if (join != null && !run.isOpen(join)) {
            client.join = null;
            if (!run.hasFailed(join)) {
                joined(client, run.joined(join));
            }
        }
        Long sync = client.sync;
        if (sync != null && !run.isOpen(sync)) {
            client.sync = null;
            if (!run.hasFailed(sync)) {
                synced(client, run.synced(sync));
            }
        }
    }

    private void joined(Client client, JoinGroupResponseData reply) {
        switch (Errors.forCode(reply.errorCode())) {
            case NONE -> {
                client.memberId = reply.memberId();
                client.generation = reply.generationId();
                client.leads = reply.leader().equals(reply.memberId()) && !reply.skipAssignment();
                client.members = reply.members().stream().map(m -> m.memberId()).toList();
                if (!client.members.isEmpty()) {
                    assertThat(client.members).contains(client.memberId).doesNotHaveDuplicates();
                }
            }
            case MEMBER_ID_REQUIRED -> client.memberId = reply.memberId();
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, GROUP_MAX_SIZE_REACHED -> forget(client);
            case REBALANCE_IN_PROGRESS, NOT_COORDINATOR -> {}
            default -> throw new AssertionError("join answered " + reply);
        }
    }

    /** All that is handed out in a generation comes from one assignment by one leader. */
    private void synced(Client client, SyncGroupResponseData reply) {
        switch (Errors.forCode(reply.errorCode())) {
            case NONE -> {
                String part = ShardRun.text(reply.assignment());
                if (!part.isEmpty()) {
                    String mark = part.substring(part.lastIndexOf('-'));
                    assertThat(assignmentByGeneration.merge(client.generation, mark, (a, b) -> a))
                            .as("assignment of generation %s", client.generation)
                            .isEqualTo(mark);
                    if (client.instanceId == null) {
                        assertThat(part).startsWith(client.memberId);
                    }
                }
            }
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> forget(client);
            case ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, NOT_COORDINATOR -> {}
            default -> throw new AssertionError("sync answered " + reply);
        }
    }

    private void checkStable() {
        DescribedGroup group = run.describe(ShardRun.GROUP);
        if (group.groupState().equals("Empty") || group.groupState().equals("Dead")) {
            assertThat(group.members()).isEmpty();
        }
        assertThat(group.members().size()).isLessThanOrEqualTo(5 + CLIENTS);
        assertThat(
                        group.members().stream()
                                .filter(member -> member.groupInstanceId() != null)
                                .map(member -> member.groupInstanceId())
                                .toList())
                .doesNotHaveDuplicates();
    }

    private void checkReplay() {
        DescribedGroup live = run.describe(ShardRun.GROUP);
        if (live.groupState().equals("Stable")) {
            assertThat(ShardRun.describe(run.fromLog(), ShardRun.GROUP).equals(live))
                    .as("a replay of the log gives the live group")
                    .isTrue();
        }
    }

    private void checkOffsets() {
        OffsetFetchRequestGroup all =
                new OffsetFetchRequestGroup().setGroupId(ShardRun.GROUP).setTopics(null);
        long ticket = run.send(t -> new GroupCommand.OffsetFetch(t, true, all));
        Map<String, Long> found =
                run
                        .reply(ticket, OffsetFetchResponseData.class)
                        .groups()
                        .getFirst()
                        .topics()
                        .stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .collect(
                                Collectors.toMap(
                                        partition -> "topic-" + partition.partitionIndex(),
                                        partition -> partition.committedOffset()));
        assertThat(found).isEqualTo(offsets);
    }
}
