package naru.coordination.group;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Deadlines;
import naru.coordination.Decision;
import naru.coordination.Draft;
import naru.coordination.Shard;
import naru.coordination.group.GroupCommand.DeleteGroups;
import naru.coordination.group.GroupCommand.JoinGroup;
import naru.coordination.group.GroupCommand.LeaveGroup;
import naru.coordination.group.consumer.ConsumerGroup;
import naru.coordination.group.consumer.ConsumerRecord;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.share.ShareGroup;
import naru.coordination.group.share.ShareGroupRecord;
import naru.coordination.group.streams.StreamsGroup;
import naru.coordination.group.streams.StreamsRecord;

import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The groups of one partition of {@code __consumer_offsets}.
 *
 * <p>An append that fails only makes it forget who was waiting.
 *
 * <p>Threads: one at a time.
 */
public final class GroupShard implements Shard<GroupCommand> {
    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final GroupOffsets offsets = new GroupOffsets();
    private final Deadlines<GroupDeadline> deadlines = new Deadlines<>();
    private final PendingJoins pendingJoins = new PendingJoins();
    private final GroupSettings settings;
    private final Rebalance rebalance;
    private final Joining joining;
    private final Syncing syncing;
    private final Sessions sessions;
    private final OffsetRequests offsetRequests;
    private final Retention retention;
    private final ConsumerRoom consumers;
    private final ShareRoom shares;
    private final StreamsRoom streams;

    /**
     * @param random for member ids
     */
    public GroupShard(
            ShardSettings shardSettings, Surroundings surroundings, RandomGenerator random) {
        this.settings = shardSettings.general();
        this.consumers =
                new ConsumerRoom(shardSettings.consumer(), surroundings, random, deadlines);
        this.shares = new ShareRoom(shardSettings.share(), surroundings, deadlines);
        this.streams = new StreamsRoom(shardSettings.streams(), surroundings, deadlines);
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
            case GroupCommand.SyncGroup sync -> sync(sync, draft);
            case GroupCommand.Heartbeat heartbeat -> heartbeat(heartbeat, draft);
            case LeaveGroup leave -> leave(leave, draft);
            case GroupCommand.OffsetCommit commit ->
                    offsetRequests.commit(groups.get(commit.request().groupId()), commit, draft);
            case GroupCommand.TxnOffsetCommit commit ->
                    offsetRequests.commit(groups.get(commit.request().groupId()), commit, draft);
            case GroupCommand.OffsetFetch fetch ->
                    offsetRequests.fetch(groups.get(fetch.group().groupId()), fetch, draft);
            case GroupCommand.OffsetDelete delete ->
                    offsetRequests.delete(groups.get(delete.request().groupId()), delete, draft);
            case GroupCommand.DescribeGroups describe ->
                    GroupQueries.describe(groups, describe, draft);
            case GroupCommand.ListGroups list -> GroupQueries.list(groups.values(), list, draft);
            case GroupCommand.ConsumerGroupHeartbeat heartbeat ->
                    consumers.heartbeat(
                            groups.get(heartbeat.request().groupId()), heartbeat, draft);
            case GroupCommand.ConsumerGroupDescribe describe ->
                    consumers.describe(groups, describe, draft);
            case GroupCommand.OfShares ofShares -> decideOnShares(ofShares, draft);
            case GroupCommand.StreamsGroupHeartbeat heartbeat ->
                    streams.heartbeat(
                            groups.get(heartbeat.beat().request().groupId()), heartbeat, draft);
            case GroupCommand.StreamsGroupDescribe describe ->
                    streams.describe(groups, describe, draft);
            case DeleteGroups delete -> delete(delete, draft);
            case GroupCommand.TopicsDeleted deleted ->
                    retention.topicsDeleted(deleted.topics(), draft);
            case GroupCommand.ExpireOffsets expire -> retention.expire(groups.values(), draft);
        }
        return draft.decision();
    }

    private void decideOnShares(GroupCommand.OfShares command, Draft draft) {
        switch (command) {
            case GroupCommand.ShareGroupHeartbeat heartbeat ->
                    shares.heartbeat(groups.get(heartbeat.request().groupId()), heartbeat, draft);
            case GroupCommand.ShareGroupDescribe describe ->
                    shares.describe(groups, describe, draft);
            case GroupCommand.DescribeShareGroupOffsets describe ->
                    shares.offsets(groups.get(describe.group().groupId()), describe, draft);
            case GroupCommand.AlterShareGroupOffsets alter ->
                    shares.alter(groups.get(alter.request().groupId()), alter, draft);
            case GroupCommand.DeleteShareGroupOffsets delete ->
                    shares.delete(groups.get(delete.request().groupId()), delete, draft);
            case GroupCommand.ShareStateInitialized done ->
                    shares.initialized(groups.get(done.groupId()), done, draft);
            case GroupCommand.ShareStateDeleted done ->
                    shares.deleted(groups.get(done.groupId()), done, draft);
        }
    }

    private void join(JoinGroup join, Draft draft) {
        String groupId = join.request().groupId();
        String memberId = join.request().memberId();
        Errors error = joining.check(join);
        Group known = groups.get(groupId);
        if (error == Errors.NONE && known instanceof Group.Consumer(ConsumerGroup consumer)) {
            consumers.join(consumer, join, draft);
            return;
        }
        ClassicGroup group = Group.classic(known);
        StreamsGroup application = Group.streams(known);
        boolean isOfOthers =
                known instanceof Group.Share || (application != null && !application.isEmpty());
        if (error == Errors.NONE && isOfOthers) {
            error = Errors.INCONSISTENT_GROUP_PROTOCOL;
        } else if (error == Errors.NONE && group == null && !memberId.isEmpty()) {
            error = Errors.UNKNOWN_MEMBER_ID;
        }
        if (error != Errors.NONE) {
            draft.reply(join.ticket(), Rebalance.joinRefused(error, memberId));
            return;
        }
        if (application != null) {
            StreamsRecord.groupGone(groupId).forEach(draft::append);
        }
        if (group == null) {
            group = new ClassicGroup(groupId, draft.nowMillis());
            groups.put(groupId, new Group.Classic(group));
        }
        joining.join(group, join, draft);
        forgetIfUnused(group);
    }

    private void sync(GroupCommand.SyncGroup sync, Draft draft) {
        Group group = groups.get(sync.request().groupId());
        if (group instanceof Group.Consumer(ConsumerGroup consumer)) {
            consumers.sync(consumer, sync, draft);
        } else {
            syncing.sync(Group.classic(group), sync, draft);
        }
    }

    private void heartbeat(GroupCommand.Heartbeat heartbeat, Draft draft) {
        Group group = groups.get(heartbeat.request().groupId());
        if (group instanceof Group.Consumer(ConsumerGroup consumer)) {
            consumers.heartbeat(consumer, heartbeat, draft);
        } else {
            sessions.heartbeat(Group.classic(group), heartbeat, draft);
        }
    }

    private void leave(LeaveGroup leave, Draft draft) {
        Group group = groups.get(leave.request().groupId());
        if (group instanceof Group.Consumer(ConsumerGroup consumer)) {
            List<MemberIdentity> leaving = Sessions.leaving(leave);
            List<Errors> outcomes = consumers.leave(consumer, leaving, draft);
            draft.reply(leave.ticket(), Sessions.left(leave, leaving, outcomes));
        } else {
            ClassicGroup classic = Group.classic(group);
            sessions.leave(classic, leave, draft);
            forgetIfUnused(classic);
        }
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
            Group group = groups.get(groupId);
            Errors error = Errors.NONE;
            if (group == null) {
                error = Errors.GROUP_ID_NOT_FOUND;
            } else if (!isEmpty(group)) {
                error = Errors.NON_EMPTY_GROUP;
            } else if (group instanceof Group.Share(ShareGroup share)) {
                shares.delete(share, delete, draft);
                return;
            } else {
                retention.delete(group, draft);
            }
            response.results()
                    .add(new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code()));
        }
        draft.reply(delete.ticket(), response);
    }

    private static boolean isEmpty(Group group) {
        return switch (group) {
            case Group.Classic(ClassicGroup classic) -> classic.is(GroupState.EMPTY);
            case Group.Consumer(ConsumerGroup consumer) -> consumer.isEmpty();
            case Group.Share(ShareGroup share) -> share.isEmpty();
            case Group.Streams(StreamsGroup application) -> application.isEmpty();
        };
    }

    private @Nullable ClassicGroup classic(String groupId) {
        return Group.classic(groups.get(groupId));
    }

    // ---- deadlines ----

    @Override
    public long nextDeadlineMillis() {
        return deadlines.nextMillis();
    }

    @Override
    public Decision onDeadline(long nowMillis) {
        GroupDeadline due = deadlines.takeDue(nowMillis);
        Group group = due == null ? null : groups.get(due.groupId());
        if (due == null || group == null) {
            return Decision.NOTHING;
        }
        Draft draft = new Draft(nowMillis);
        switch (group) {
            case Group.Classic(ClassicGroup classic) -> onDeadline(classic, due, draft);
            case Group.Consumer(ConsumerGroup consumer) ->
                    consumers.onDeadline(consumer, due, draft);
            case Group.Share(ShareGroup share) -> shares.onDeadline(share, due, draft);
            case Group.Streams(StreamsGroup application) ->
                    streams.onDeadline(application, due, draft);
        }
        return draft.decision();
    }

    private void onDeadline(ClassicGroup group, GroupDeadline due, Draft draft) {
        switch (due) {
            case GroupDeadline.Session session -> {
                sessions.onSessionOver(group, session.memberId(), draft);
                forgetIfUnused(group);
            }
            case GroupDeadline.JoinPhase phase -> rebalance.onJoinPhaseOver(group, draft);
            case GroupDeadline.SyncPhase phase -> rebalance.onSyncPhaseOver(group, draft);
            case GroupDeadline.Converted converted -> {
                group.members().forEach(member -> rebalance.heard(group, member, draft));
                rebalance.prepare(group, draft);
            }
            case GroupDeadline.Revocation revocation -> {}
            case GroupDeadline.ClassicStep step -> {}
            case GroupDeadline.Assignment assignment -> {}
        }
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
            case GroupRecord.Consumer(ConsumerRecord consumer) -> consumers.apply(groups, consumer);
            case GroupRecord.Share(ShareGroupRecord share) -> shares.apply(groups, share);
            case GroupRecord.Streams(StreamsRecord application) ->
                    streams.apply(groups, application);
            case GroupRecord.Foreign foreign -> {}
        }
    }

    private void apply(GroupRecord.Metadata metadata) {
        if (metadata.value() == null) {
            ClassicGroup removed = classic(metadata.groupId());
            if (removed != null) {
                groups.remove(metadata.groupId());
                pendingJoins.released(removed.pendingJoinCount());
            }
            return;
        }
        ClassicGroup group = classicOrNew(metadata.groupId());
        group.apply(metadata.value());
        deadlines.cancel(new GroupDeadline.JoinPhase(group.id()));
    }

    /** In place of a group of another kind, should the log hold one. */
    private ClassicGroup classicOrNew(String groupId) {
        ClassicGroup known = classic(groupId);
        if (known != null) {
            return known;
        }
        ClassicGroup group = new ClassicGroup(groupId, 0);
        groups.put(groupId, new Group.Classic(group));
        return group;
    }

    /** Offsets without members make a group too. */
    private void createIfAbsent(String groupId) {
        groups.computeIfAbsent(groupId, id -> new Group.Classic(new ClassicGroup(id, 0)));
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
        for (Group group : groups.values()) {
            switch (group) {
                case Group.Classic(ClassicGroup classic) -> onLoaded(classic, draft);
                case Group.Consumer(ConsumerGroup consumer) -> consumers.onLoaded(consumer, draft);
                case Group.Share(ShareGroup share) -> shares.onLoaded(share, draft);
                case Group.Streams(StreamsGroup application) ->
                        streams.onLoaded(application, draft);
            }
        }
        return draft.decision();
    }

    private void onLoaded(ClassicGroup group, Draft draft) {
        group.members().forEach(member -> rebalance.heard(group, member, draft));
        if (group.members().size() > settings.memberLimit()) {
            rebalance.prepare(group, draft);
        }
    }

    @Override
    public List<Decision.Reply> onUnloaded(long nowMillis) {
        Draft draft = new Draft(nowMillis);
        for (Group group : groups.values()) {
            ClassicGroup classic = Group.classic(group);
            for (Member member : classic == null ? List.<Member>of() : classic.members()) {
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
