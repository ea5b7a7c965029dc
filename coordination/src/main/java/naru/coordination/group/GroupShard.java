package naru.coordination.group;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
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
 * <p>The caller decides one command at a time, appends the records, applies each of them, and gives
 * the replies when the records are committed; only then comes the next command. If the append
 * fails, nothing is applied, the replies are answered with the error instead, and the shard goes
 * on: it has then only forgotten who was waiting. After every command, and when {@link
 * #nextDeadlineMillis} is reached, {@link #onDeadline} is called until no deadline is due.
 *
 * <p>To load, apply every record of the partition in order and then call {@link #onLoaded}. To give
 * up, call {@link #onUnloaded}.
 *
 * <p>Threads: one at a time.
 */
public final class GroupShard {
    /** No deadline is set. */
    public static final long NEVER = Deadlines.NEVER;

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

    /** When {@link #onDeadline} has something to do, or {@link #NEVER}. */
    public long nextDeadlineMillis() {
        return deadlines.nextMillis();
    }

    /** Serves the earliest deadline that is due. */
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

    /**
     * Takes over one record of the partition. Records of kinds that are not served are passed over.
     *
     * @throws RuntimeException the record is damaged, or of a version that is not known
     */
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

    /** Takes over a record of a transaction: it counts when the transaction commits. */
    public void applyTransactional(long producerId, CoordinatorRecord record) {
        if (GroupRecord.decode(record) instanceof GroupRecord.Offset offset
                && offset.value() != null) {
            offsets.putPending(producerId, offset.key(), offset.value());
            createIfAbsent(offset.key().groupId());
        }
    }

    /** Takes over the marker that ends a transaction. */
    public void applyTransactionEnd(long producerId, boolean committed) {
        offsets.endTransaction(producerId, committed);
    }

    /** Everything was applied: the sessions of the members begin anew. */
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

    /** The shard is given up: everybody who waits must find the new coordinator. */
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
