package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;

import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * A shard with a log and a clock: what the broker does with a shard, in one thread. Fails when a
 * ticket is answered twice or was never given out.
 */
final class ShardRun {
    static final String GROUP = "group";

    private final ShardSettings settings;
    private final FakeSurroundings surroundings = new FakeSurroundings();
    private final Random random;
    private final List<CoordinatorRecord> log = new ArrayList<>();
    private final Map<Long, ApiMessage> replies = new HashMap<>();
    private final Set<Long> failed = new HashSet<>();
    private final List<Decision.Effect> effects = new ArrayList<>();
    private final Set<Long> open = new HashSet<>();
    private GroupShard shard;
    private long now = 1_000_000;
    private long lastTicket;
    private boolean appendsFail;

    ShardRun() {
        this(ShardSettings.defaults(), 1);
    }

    ShardRun(ShardSettings settings, long seed) {
        this.settings = settings;
        this.random = new Random(seed);
        this.shard = new GroupShard(settings, surroundings, random);
    }

    static ShardSettings settings(int initialDelayMillis, int maxSize) {
        GroupSettings defaults = GroupSettings.defaults();
        return new ShardSettings(
                new GroupSettings(
                        defaults.minSessionTimeoutMillis(),
                        defaults.maxSessionTimeoutMillis(),
                        initialDelayMillis,
                        maxSize,
                        defaults.offsetMetadataMaxSize(),
                        defaults.offsetsRetentionMillis()),
                ShardSettings.defaults().consumer(),
                ShardSettings.defaults().share(),
                ShardSettings.defaults().streams());
    }

    // ---- driving ----

    long send(LongFunction<GroupCommand> command) {
        long ticket = ++lastTicket;
        open.add(ticket);
        carryOut(shard.decide(command.apply(ticket), now));
        serveDeadlines();
        return ticket;
    }

    void happen(GroupCommand event) {
        Decision decision = shard.decide(event, now);
        while (!decision.records().isEmpty()) {
            carryOut(decision);
            decision = shard.decide(event, now);
        }
    }

    private void carryOut(Decision decision) {
        boolean fails = appendsFail && !decision.records().isEmpty();
        if (!fails) {
            log.addAll(decision.records());
            decision.records().forEach(shard::apply);
            effects.addAll(decision.effects());
        }
        for (Decision.Reply reply : decision.replies()) {
            assertThat(open.remove(reply.ticket())).as("ticket %s open", reply.ticket()).isTrue();
            if (fails) {
                failed.add(reply.ticket());
            } else {
                replies.put(reply.ticket(), reply.response());
            }
        }
    }

    private void serveDeadlines() {
        int served = 0;
        while (shard.nextDeadlineMillis() <= now) {
            carryOut(shard.onDeadline(now));
            assertThat(++served).as("deadlines at one instant").isLessThan(10_000);
        }
    }

    void pass(long millis) {
        long until = now + millis;
        while (shard.nextDeadlineMillis() <= until) {
            now = Math.max(now, shard.nextDeadlineMillis());
            serveDeadlines();
        }
        now = until;
    }

    void appendsFail(boolean fail) {
        appendsFail = fail;
    }

    /** Another broker becomes the coordinator. */
    void failOver() {
        shard.onUnloaded(now)
                .forEach(reply -> {
                    assertThat(open.remove(reply.ticket())).isTrue();
                    replies.put(reply.ticket(), reply.response());
                });
        shard = fromLog();
        carryOut(shard.onLoaded(now));
    }

    GroupShard fromLog() {
        GroupShard fresh = new GroupShard(settings, surroundings, random);
        log.forEach(fresh::apply);
        return fresh;
    }

    FakeSurroundings surroundings() {
        return surroundings;
    }

    long now() {
        return now;
    }

    GroupShard shard() {
        return shard;
    }

    List<CoordinatorRecord> log() {
        return log;
    }

    /** What was to be brought about so far. */
    List<Decision.Effect> effects() {
        return effects;
    }

    Set<Long> open() {
        return open;
    }

    boolean isOpen(long ticket) {
        return open.contains(ticket);
    }

    boolean hasFailed(long ticket) {
        return failed.contains(ticket);
    }

    <T extends ApiMessage> T reply(long ticket, Class<T> type) {
        return type.cast(Objects.requireNonNull(replies.get(ticket), "no reply to the ticket"));
    }

    // ---- requests ----

    long join(Join join) {
        return send(join::command);
    }

    JoinGroupResponseData joined(long ticket) {
        return reply(ticket, JoinGroupResponseData.class);
    }

    /** A dynamic member asks for an id and joins with it. */
    long joinNew(Join join) {
        JoinGroupResponseData given = joined(join(join));
        assertThat(given.errorCode()).isEqualTo(Errors.MEMBER_ID_REQUIRED.code());
        return join(join.as(given.memberId()));
    }

    long sync(String memberId, int generation, Map<String, String> assignments) {
        return sync(
                new SyncGroupRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(memberId)
                        .setGenerationId(generation)
                        .setAssignments(
                                assignments.entrySet().stream()
                                        .map(each ->
                                                new SyncGroupRequestAssignment()
                                                        .setMemberId(each.getKey())
                                                        .setAssignment(bytes(each.getValue())))
                                        .toList()));
    }

    long sync(SyncGroupRequestData request) {
        return send(ticket -> new GroupCommand.SyncGroup(ticket, request));
    }

    SyncGroupResponseData synced(long ticket) {
        return reply(ticket, SyncGroupResponseData.class);
    }

    Errors heartbeat(String memberId, int generation) {
        return heartbeat(
                new HeartbeatRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(memberId)
                        .setGenerationId(generation));
    }

    Errors heartbeat(HeartbeatRequestData request) {
        long ticket = send(t -> new GroupCommand.Heartbeat(t, request));
        return Errors.forCode(reply(ticket, HeartbeatResponseData.class).errorCode());
    }

    LeaveGroupResponseData leave(MemberIdentity... members) {
        return reply(sendLeave(members), LeaveGroupResponseData.class);
    }

    /** Leaves, whether or not that can be written. */
    void tryLeave(String memberId) {
        sendLeave(new MemberIdentity().setMemberId(memberId));
    }

    private long sendLeave(MemberIdentity... members) {
        LeaveGroupRequestData request =
                new LeaveGroupRequestData().setGroupId(GROUP).setMembers(List.of(members));
        return send(t -> new GroupCommand.LeaveGroup(t, (short) 5, request));
    }

    void leave(String memberId) {
        leave(new MemberIdentity().setMemberId(memberId));
    }

    DescribedGroup describe(String groupId) {
        return describe(shard, groupId);
    }

    static DescribedGroup describe(GroupShard shard, String groupId) {
        DescribeGroupsRequestData request =
                new DescribeGroupsRequestData().setGroups(List.of(groupId));
        Decision decision = shard.decide(new GroupCommand.DescribeGroups(0, (short) 6, request), 0);
        return ((DescribeGroupsResponseData) decision.replies().getFirst().response())
                .groups()
                .getFirst();
    }

    String state() {
        return describe(GROUP).groupState();
    }

    ListGroupsResponseData list(List<String> states, List<String> types) {
        ListGroupsRequestData request =
                new ListGroupsRequestData().setStatesFilter(states).setTypesFilter(types);
        long ticket = send(t -> new GroupCommand.ListGroups(t, request));
        return reply(ticket, ListGroupsResponseData.class);
    }

    /** A group of one member, stable; returns its join reply. */
    JoinGroupResponseData stableGroupOf(Join join) {
        long ticket = join.instanceId() == null ? joinNew(join) : join(join);
        pass(3_000);
        JoinGroupResponseData joined = joined(ticket);
        assertThat(joined.errorCode()).isZero();
        synced(sync(joined.memberId(), joined.generationId(), Map.of(joined.memberId(), "all")));
        assertThat(state()).isEqualTo("Stable");
        return joined;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
