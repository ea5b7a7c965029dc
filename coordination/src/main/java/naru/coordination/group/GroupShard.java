package naru.coordination.group;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
import naru.coordination.Shard;
import naru.coordination.group.Deadlines.Name;
import naru.coordination.group.GroupCommand.DeleteGroups;
import naru.coordination.group.GroupCommand.JoinGroup;
import naru.coordination.group.GroupCommand.LeaveGroup;

import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The consumer groups of one partition of {@code __consumer_offsets}.
 *
 * <p>An append that fails only makes it forget who was waiting.
 *
 * <p>Threads: one at a time.
 */
public final class GroupShard implements Shard<GroupCommand> {
    private final Map<String, ClassicGroup> groups = new LinkedHashMap<>();
    private final GroupOffsets offsets = new GroupOffsets();
    private final Deadlines deadlines = new Deadlines();
    private final PendingJoins pendingJoins = new PendingJoins();
    private final GroupSettings settings;
    private final Rebalance rebalance;
    private final Joining joining;
    private final Syncing syncing;
    private final Sessions sessions;
    private final OffsetRequests offsetRequests;
    private final Retention retention;

    /**
     * @param random for member ids
     */
    public GroupShard(GroupSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.rebalance = new Rebalance(settings, deadlines);
        this.joining = new Joining(settings, random, deadlines, rebalance, pendingJoins);
        this.syncing = new Syncing(deadlines, rebalance);
        this.sessions = new Sessions(deadlines, rebalance, pendingJoins);
        this.offsetRequests = new OffsetRequests(settings, offsets, rebalance);
        this.retention = new Retention(settings.offsetsRetentionMillis(), offsets);
    }

    @Override
    public Decision decide(GroupCommand command, long nowMillis) {
        Draft draft = new Draft(nowMillis);
        switch (command) {
            case JoinGroup join -> join(join, draft);
            case GroupCommand.SyncGroup sync ->
                    syncing.sync(groups.get(sync.request().groupId()), sync, draft);
            case GroupCommand.Heartbeat heartbeat ->
                    sessions.heartbeat(groups.get(heartbeat.request().groupId()), heartbeat, draft);
            case LeaveGroup leave -> {
                ClassicGroup group = groups.get(leave.request().groupId());
                sessions.leave(group, leave, draft);
                forgetIfUnused(group);
            }
            case GroupCommand.OffsetCommit commit ->
                    offsetRequests.commit(groups.get(commit.request().groupId()), commit, draft);
            case GroupCommand.TxnOffsetCommit commit ->
                    offsetRequests.commit(groups.get(commit.request().groupId()), commit, draft);
            case GroupCommand.OffsetFetch fetch -> offsetRequests.fetch(fetch, draft);
            case GroupCommand.OffsetDelete delete ->
                    offsetRequests.delete(groups.get(delete.request().groupId()), delete, draft);
            case GroupCommand.DescribeGroups describe ->
                    GroupQueries.describe(groups, describe, draft);
            case GroupCommand.ListGroups list -> GroupQueries.list(groups.values(), list, draft);
            case DeleteGroups delete -> delete(delete, draft);
            case GroupCommand.TopicsDeleted deleted ->
                    retention.topicsDeleted(deleted.topics(), draft);
            case GroupCommand.ExpireOffsets expire -> retention.expire(groups.values(), draft);
        }
        return draft.decision();
    }

    private void join(JoinGroup join, Draft draft) {
        String groupId = join.request().groupId();
        String memberId = join.request().memberId();
        Errors error = joining.check(join);
        ClassicGroup group = groups.get(groupId);
        if (error == Errors.NONE && group == null && !memberId.isEmpty()) {
            error = Errors.UNKNOWN_MEMBER_ID;
        }
        if (error != Errors.NONE) {
            draft.reply(join.ticket(), Rebalance.joinRefused(error, memberId));
            return;
        }
        if (group == null) {
            group = new ClassicGroup(groupId, draft.nowMillis());
            groups.put(groupId, group);
        }
        joining.join(group, join, draft);
        forgetIfUnused(group);
    }

    /** A group that never had a member and of which the log knows nothing. */
    private void forgetIfUnused(@Nullable ClassicGroup group) {
        if (group != null
                && group.is(GroupState.EMPTY)
                && !group.isInLog()
                && group.pendingJoinCount() == 0
                && offsets.ofGroup(group.id()).isEmpty()) {
            groups.remove(group.id());
        }
    }

    private void delete(DeleteGroups delete, Draft draft) {
        DeleteGroupsResponseData response = new DeleteGroupsResponseData();
        for (String groupId : new LinkedHashSet<>(delete.request().groupsNames())) {
            ClassicGroup group = groups.get(groupId);
            Errors error = Errors.NONE;
            if (group == null) {
                error = Errors.GROUP_ID_NOT_FOUND;
            } else if (!group.is(GroupState.EMPTY)) {
                error = Errors.NON_EMPTY_GROUP;
            } else {
                retention.delete(group, draft);
            }
            response.results()
                    .add(new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code()));
        }
        draft.reply(delete.ticket(), response);
    }

    // ---- deadlines ----

    @Override
    public long nextDeadlineMillis() {
        return deadlines.nextMillis();
    }

    @Override
    public Decision onDeadline(long nowMillis) {
        Name due = deadlines.takeDue(nowMillis);
        ClassicGroup group = due == null ? null : groups.get(due.groupId());
        if (due == null || group == null) {
            return Decision.NOTHING;
        }
        Draft draft = new Draft(nowMillis);
        switch (due) {
            case Name.Session session -> {
                sessions.onSessionOver(group, session.memberId(), draft);
                forgetIfUnused(group);
            }
            case Name.JoinPhase phase -> rebalance.onJoinPhaseOver(group, draft);
            case Name.SyncPhase phase -> rebalance.onSyncPhaseOver(group, draft);
        }
        return draft.decision();
    }

    // ---- the log ----

    @Override
    public void apply(CoordinatorRecord record) {
        switch (GroupRecord.decode(record)) {
            case GroupRecord.Metadata metadata -> apply(metadata);
            case GroupRecord.Offset offset -> {
                CommittedOffset value = offset.value();
                if (value == null) {
                    offsets.remove(offset.key());
                } else {
                    offsets.put(offset.key(), value);
                    createIfAbsent(offset.key().groupId());
                }
            }
            case GroupRecord.Foreign foreign -> {}
        }
    }

    private void apply(GroupRecord.Metadata metadata) {
        if (metadata.value() == null) {
            ClassicGroup removed = groups.remove(metadata.groupId());
            if (removed != null) {
                pendingJoins.released(removed.pendingJoinCount());
            }
            return;
        }
        ClassicGroup group = createIfAbsent(metadata.groupId());
        group.apply(metadata.value());
        deadlines.cancel(new Name.JoinPhase(group.id()));
    }

    private ClassicGroup createIfAbsent(String groupId) {
        return groups.computeIfAbsent(groupId, id -> new ClassicGroup(id, 0));
    }

    @Override
    public void applyTransactional(long producerId, CoordinatorRecord record) {
        if (GroupRecord.decode(record) instanceof GroupRecord.Offset offset
                && offset.value() != null) {
            offsets.putPending(producerId, offset.key(), offset.value());
            createIfAbsent(offset.key().groupId());
        }
    }

    @Override
    public void applyTransactionEnd(long producerId, boolean committed) {
        offsets.endTransaction(producerId, committed);
    }

    @Override
    public Decision onLoaded(long nowMillis) {
        Draft draft = new Draft(nowMillis);
        for (ClassicGroup group : groups.values()) {
            group.members().forEach(member -> rebalance.heard(group, member, draft));
            if (group.members().size() > settings.memberLimit()) {
                rebalance.prepare(group, draft);
            }
        }
        return draft.decision();
    }

    @Override
    public List<Decision.Reply> onUnloaded(long nowMillis) {
        Draft draft = new Draft(nowMillis);
        for (ClassicGroup group : groups.values()) {
            for (Member member : group.members()) {
                ifWaiting(
                        member.takeJoin(),
                        ticket ->
                                draft.reply(
                                        ticket,
                                        Rebalance.joinRefused(
                                                Errors.NOT_COORDINATOR, member.id())));
                ifWaiting(
                        member.takeSync(),
                        ticket ->
                                draft.reply(ticket, Rebalance.syncRefused(Errors.NOT_COORDINATOR)));
            }
        }
        return draft.replies();
    }

    private static void ifWaiting(@Nullable Long ticket, Consumer<Long> then) {
        if (ticket != null) {
            then.accept(ticket);
        }
    }
}
