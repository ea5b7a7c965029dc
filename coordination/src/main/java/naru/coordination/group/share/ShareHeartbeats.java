package naru.coordination.group.share;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.modern.Bounds;
import naru.coordination.group.modern.Caller;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.assignor.SimpleAssignor;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Members of share groups come, say that they live, and go. Owned by the shard. */
public final class ShareHeartbeats {
    /** When to look again whether what a deadline brought about was recorded. */
    private static final long RETRY_MILLIS = 1_000;

    /** Of a member whose partitions are being prepared. */
    private static final int WAITING_MILLIS = 50;

    private final ShareGroupSettings settings;
    private final Surroundings surroundings;
    private final Deadlines<GroupDeadline> deadlines;
    private final SimpleAssignor assignor = new SimpleAssignor();

    public ShareHeartbeats(
            ShareGroupSettings settings,
            Surroundings surroundings,
            Deadlines<GroupDeadline> deadlines) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.deadlines = deadlines;
    }

    ShareGroupChange change(ShareGroup group, Draft draft) {
        return new ShareGroupChange(group, surroundings.topics(), assignor, draft);
    }

    /** What is wrong with the request itself, or null. */
    public static @Nullable Refusal check(ShareGroupHeartbeatRequestData request) {
        String wrong = null;
        String rack = request.rackId();
        if (request.memberId().isBlank()) {
            wrong = "MemberId can't be empty.";
        } else if (request.groupId().isBlank()) {
            wrong = "GroupId can't be empty.";
        } else if (rack != null && rack.isEmpty()) {
            wrong = "RackId can't be empty.";
        } else if (request.memberEpoch() < ModernMember.LEAVING) {
            wrong = "MemberEpoch is invalid.";
        } else if (request.memberEpoch() == ModernMember.JOINING
                && (request.subscribedTopicNames() == null
                        || request.subscribedTopicNames().isEmpty())) {
            wrong = "SubscribedTopicNames must be set in first request.";
        } else if (request.subscribedTopicNames() != null
                && request.subscribedTopicNames().size() > Bounds.TOPICS_PER_MEMBER) {
            wrong = "More than " + Bounds.TOPICS_PER_MEMBER + " topics are named.";
        } else if (Bounds.isTooLong(request.groupId())
                || Bounds.isTooLong(request.memberId())
                || (rack != null && Bounds.isTooLong(rack))) {
            wrong = "An id is longer than " + Bounds.ID_LENGTH + " characters.";
        }
        return wrong == null ? null : new Refusal(Errors.INVALID_REQUEST, wrong);
    }

    /**
     * @param group new and empty when there is none, and the member joins
     */
    public void heartbeat(
            ShareGroup group,
            ShareGroupHeartbeatRequestData request,
            Caller caller,
            long ticket,
            Draft draft) {
        ShareMember known = group.roster().member(request.memberId());
        Refusal refusal = refusal(group, known, request);
        if (refusal != null) {
            refuse(ticket, refusal, draft);
            return;
        }
        ShareGroupChange change = change(group, draft);
        if (request.memberEpoch() == ModernMember.LEAVING) {
            remove(change, Objects.requireNonNull(known));
            draft.reply(
                    ticket,
                    new ShareGroupHeartbeatResponseData()
                            .setMemberId(request.memberId())
                            .setMemberEpoch(ModernMember.LEAVING));
            return;
        }
        beat(change, group, known, request, caller, ticket, draft);
    }

    private @Nullable Refusal refusal(
            ShareGroup group, @Nullable ShareMember known, ShareGroupHeartbeatRequestData request) {
        if (known == null) {
            if (request.memberEpoch() != ModernMember.JOINING) {
                return new Refusal(
                        Errors.UNKNOWN_MEMBER_ID,
                        "Member "
                                + request.memberId()
                                + " is not a member of group "
                                + group.id()
                                + ".");
            }
            int limit = Math.min(settings.maxSize(), Bounds.MEMBERS_PER_GROUP);
            return group.memberCount() < limit
                    ? null
                    : new Refusal(
                            Errors.GROUP_MAX_SIZE_REACHED,
                            "The share group has reached its maximum capacity of "
                                    + limit
                                    + " members.");
        }
        int epoch = request.memberEpoch();
        return epoch <= ModernMember.JOINING
                        || epoch == known.epoch()
                        || epoch == known.previousEpoch()
                ? null
                : new Refusal(
                        Errors.FENCED_MEMBER_EPOCH,
                        "The share group member's epoch is %d, and the group's coordinator knows %d."
                                .formatted(epoch, known.epoch()));
    }

    private void beat(
            ShareGroupChange change,
            ShareGroup group,
            @Nullable ShareMember known,
            ShareGroupHeartbeatRequestData request,
            Caller caller,
            long ticket,
            Draft draft) {
        ShareMember before = known == null ? ShareMember.named(request.memberId()) : known;
        ShareMember member = wanted(before, request, caller);
        boolean membersChanged = known == null || !member.saysTheSame(before);
        if (membersChanged) {
            change.subscribe(member);
        }
        follow(change, group, membersChanged, draft);
        TopicPartitions target = change.target(member.id());
        ShareMember after = member;
        if (member.epoch() != change.targetEpoch() || !member.assigned().equals(target)) {
            after = member.holding(change.targetEpoch(), member.epoch(), target);
            change.hold(after);
        }
        Map<String, String> config = surroundings.configOf(group.id());
        deadlines.set(
                new GroupDeadline.Session(group.id(), member.id()),
                draft.nowMillis() + settings.sessionTimeoutMillis(config));
        ShareGroupHeartbeatResponseData response =
                new ShareGroupHeartbeatResponseData()
                        .setMemberId(after.id())
                        .setMemberEpoch(after.epoch())
                        .setHeartbeatIntervalMs(interval(change, config));
        if (request.memberEpoch() == ModernMember.JOINING
                || request.subscribedTopicNames() != null
                || !after.assigned().equals(before.assigned())) {
            response.setAssignment(assignment(after.assigned()));
        }
        draft.reply(ticket, response);
    }

    private static ShareMember wanted(
            ShareMember before, ShareGroupHeartbeatRequestData request, Caller caller) {
        List<String> topics = request.subscribedTopicNames();
        String rack = request.rackId();
        return new ShareMember(
                before.id(),
                rack == null ? before.rackId() : rack,
                caller.clientId(),
                caller.host(),
                topics == null ? before.topics() : List.copyOf(new TreeSet<>(topics)),
                before.epoch(),
                before.previousEpoch(),
                before.assigned());
    }

    /** Takes the group to its next epoch and target when members, topics or their state changed. */
    private void follow(
            ShareGroupChange change, ShareGroup group, boolean membersChanged, Draft draft) {
        long version = surroundings.topics().version();
        boolean behind = group.isBehind(version);
        if (membersChanged || (behind && change.seesOtherTopics())) {
            change.raiseEpoch();
        } else if (behind) {
            group.compared(version);
        }
        if (membersChanged || behind || !change.state().initializing().isEmpty()) {
            initialize(change, group, draft);
        }
        if (change.targetEpoch() < change.epoch()) {
            change.assign();
        }
    }

    /** Asks for the state of partitions that have none. */
    private void initialize(ShareGroupChange change, ShareGroup group, Draft draft) {
        ShareGroupChange.Missing missing = change.missing();
        TopicPartitions partitions = missing.partitions();
        boolean known = change.state().initializing().containsAll(partitions);
        if (partitions.isEmpty()
                || (known && !group.mayAsk(draft.nowMillis(), settings.initializeRetryMillis()))) {
            return;
        }
        if (!known) {
            change.state(change.state().initializing(partitions, missing.names()));
        }
        Map<Uuid, Map<Integer, Long>> starts = new HashMap<>();
        partitions.forEach((topic, index) ->
                starts.computeIfAbsent(topic, id -> new HashMap<>()).put(index, -1L));
        group.asked(draft.nowMillis());
        draft.effect(new ShareEffect.Initialize(group.id(), change.epoch(), starts, null));
    }

    private int interval(ShareGroupChange change, Map<String, String> config) {
        int configured = settings.heartbeatIntervalMillis(config);
        if (!change.state().initializing().isEmpty()) {
            return Math.min(configured, WAITING_MILLIS);
        }
        int attentive = settings.attentiveHeartbeatMillis();
        return attentive == 0 ? configured : Math.min(configured, Math.max(attentive, 1_000));
    }

    private static Assignment assignment(TopicPartitions assigned) {
        List<ShareGroupHeartbeatResponseData.TopicPartitions> topics = new ArrayList<>();
        assigned.partitions()
                .forEach((topic, indexes) ->
                        topics.add(
                                new ShareGroupHeartbeatResponseData.TopicPartitions()
                                        .setTopicId(topic)
                                        .setPartitions(List.copyOf(indexes))));
        return new Assignment().setTopicPartitions(topics);
    }

    // ---- going ----

    /** Should this not be recorded, the member is removed when its session ends. */
    private static void remove(ShareGroupChange change, ShareMember member) {
        change.remove(member);
        change.raiseEpoch();
        change.assign();
    }

    /** Again and again until it is recorded. */
    public void onSessionOver(ShareGroup group, GroupDeadline.Session over, Draft draft) {
        ShareMember member = group.roster().member(over.memberId());
        if (member != null) {
            remove(change(group, draft), member);
            draft.effect(new ShareEffect.MemberGone(group.id(), member.id()));
            deadlines.set(over, draft.nowMillis() + RETRY_MILLIS);
        }
    }

    /** Time begins to run for a group that was loaded. */
    public void onLoaded(ShareGroup group, Draft draft) {
        int sessionMillis = settings.sessionTimeoutMillis(surroundings.configOf(group.id()));
        for (ShareMember member : group.roster().members()) {
            deadlines.set(
                    new GroupDeadline.Session(group.id(), member.id()),
                    draft.nowMillis() + sessionMillis);
        }
    }

    public static void refuse(long ticket, Refusal refusal, Draft draft) {
        draft.reply(
                ticket,
                new ShareGroupHeartbeatResponseData()
                        .setErrorCode(refusal.error().code())
                        .setErrorMessage(refusal.message()));
    }
}
