package naru.coordination.group.consumer;

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
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/** ConsumerGroupHeartbeat: members join, follow the group and leave. */
public final class ConsumerHeartbeats {
    private final ConsumerSettings settings;
    private final Surroundings surroundings;
    private final RandomGenerator random;
    private final Membership membership;
    private final Deadlines<GroupDeadline> deadlines;
    private final IntSupplier membersOfShard;

    /**
     * @param random for member ids, which old clients ask for
     */
    public ConsumerHeartbeats(
            ConsumerSettings settings,
            Surroundings surroundings,
            RandomGenerator random,
            Membership membership,
            Deadlines<GroupDeadline> deadlines,
            IntSupplier membersOfShard) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.random = random;
        this.membership = membership;
        this.deadlines = deadlines;
        this.membersOfShard = membersOfShard;
    }

    /** What is wrong with the request itself, or null. */
    public @Nullable Refusal check(ConsumerGroupHeartbeatRequestData request, Caller caller) {
        Refusal refusal = HeartbeatRules.check(request, caller.version(), settings.assignors());
        String expression = request.subscribedTopicRegex();
        return refusal == null && expression != null && !expression.isEmpty()
                ? Expressions.check(expression)
                : refusal;
    }

    /**
     * @param group new and empty when there is none, and the member joins
     */
    public void heartbeat(
            ConsumerGroup group,
            ConsumerGroupHeartbeatRequestData request,
            Caller caller,
            long ticket,
            Draft draft) {
        if (request.memberEpoch() < ModernMember.JOINING) {
            leave(group, request, ticket, draft);
            return;
        }
        ConsumerChange change = new ConsumerChange(group, surroundings.topics(), draft);
        switch (identify(change, request)) {
            case Identified.Refused refused -> refuse(ticket, refused.refusal(), draft);
            case Identified.Member known -> beat(change, known, request, caller, ticket, draft);
        }
    }

    // ---- who is it ----

    private sealed interface Identified {
        record Refused(Refusal refusal) implements Identified {}

        /**
         * @param isNew has not been in the group before, nor another process in its place
         */
        record Member(ConsumerMember member, boolean isNew) implements Identified {}
    }

    private Identified identify(ConsumerChange change, ConsumerGroupHeartbeatRequestData request) {
        boolean joins = request.memberEpoch() == ModernMember.JOINING;
        String memberId = request.memberId();
        if (memberId.isEmpty()) {
            memberId = new UUID(random.nextLong(), random.nextLong()).toString();
        }
        ConsumerMember known = change.member(memberId);
        int limit = Math.min(settings.maxSize(), Bounds.MEMBERS_PER_GROUP);
        if (known == null && change.size() >= limit) {
            return new Identified.Refused(
                    new Refusal(
                            Errors.GROUP_MAX_SIZE_REACHED,
                            "The consumer group has reached its maximum capacity of "
                                    + limit
                                    + " members."));
        }
        TopicPartitions owned = owned(request);
        String instanceId = request.instanceId();
        if (instanceId != null) {
            return identifyStatic(change, request, memberId, instanceId, owned);
        }
        if (known == null && !joins) {
            return new Identified.Refused(membership.unknown(memberId, change.groupId()));
        }
        if (known == null) {
            return new Identified.Member(ConsumerMember.named(memberId), true);
        }
        return checked(known, request.memberEpoch(), owned);
    }

    private static Identified checked(
            ConsumerMember member, int epoch, @Nullable TopicPartitions owned) {
        Refusal refusal = HeartbeatRules.checkEpoch(member, epoch, owned);
        return refusal == null
                ? new Identified.Member(member, false)
                : new Identified.Refused(refusal);
    }

    private Identified identifyStatic(
            ConsumerChange change,
            ConsumerGroupHeartbeatRequestData request,
            String memberId,
            String instanceId,
            @Nullable TopicPartitions owned) {
        ConsumerMember current = change.memberOfInstance(instanceId);
        if (request.memberEpoch() != ModernMember.JOINING) {
            Refusal refusal = membership.checkInstance(current, memberId, instanceId);
            return refusal != null || current == null
                    ? new Identified.Refused(
                            refusal == null
                                    ? membership.unknown(memberId, change.groupId())
                                    : refusal)
                    : checked(current, request.memberEpoch(), owned);
        }
        if (current == null) {
            ConsumerMember known = change.member(memberId);
            return new Identified.Member(
                    known == null ? ConsumerMember.named(memberId) : known, known == null);
        }
        if (!current.isAway()) {
            return new Identified.Refused(
                    new Refusal(
                            Errors.UNRELEASED_INSTANCE_ID,
                            "Static member "
                                    + memberId
                                    + " with instance id "
                                    + instanceId
                                    + " cannot join the group because the instance id is owned by "
                                    + current.id()
                                    + " member."));
        }
        ConsumerMember replacement =
                new ConsumerMember(
                        memberId,
                        current.subscription(),
                        current.holding().takenOver(ModernMember.JOINING));
        membership.replace(change, current, replacement);
        return new Identified.Member(replacement, false);
    }

    // ---- a heartbeat ----

    private void beat(
            ConsumerChange change,
            Identified.Member identified,
            ConsumerGroupHeartbeatRequestData request,
            Caller caller,
            long ticket,
            Draft draft) {
        ConsumerMember before = identified.member();
        ConsumerMember wanted = before.with(before.subscription().updatedBy(request, caller));
        boolean wantsOthers = wanted.subscription().wantsOtherTopicsThan(before.subscription());
        if (identified.isNew() || !wanted.subscription().equals(before.subscription())) {
            change.subscribe(wanted);
        }
        membership.follow(change, wanted, before, caller, identified.isNew() || wantsOthers, draft);
        ConsumerMember after = change.reconciled(wanted, owned(request));
        if (!after.holding().equals(wanted.holding())) {
            change.hold(after);
            membership.watchRevocation(change.groupId(), after, draft);
        }
        Map<String, String> config = surroundings.configOf(change.groupId());
        deadlines.set(
                new GroupDeadline.Session(change.groupId(), after.id()),
                draft.nowMillis() + settings.sessionTimeoutMillis(config));
        draft.reply(ticket, answer(change, before, after, request, config, draft.nowMillis()));
    }

    private ConsumerGroupHeartbeatResponseData answer(
            ConsumerChange change,
            ConsumerMember before,
            ConsumerMember after,
            ConsumerGroupHeartbeatRequestData request,
            Map<String, String> config,
            long nowMillis) {
        boolean waits = after.holding().standing() == Standing.UNRELEASED;
        ConsumerGroupHeartbeatResponseData response =
                new ConsumerGroupHeartbeatResponseData()
                        .setMemberId(after.id())
                        .setMemberEpoch(after.epoch())
                        .setHeartbeatIntervalMs(
                                HeartbeatPace.intervalMillis(
                                        settings.heartbeatIntervalMillis(config),
                                        settings.attentiveHeartbeatMillis(),
                                        membersOfShard.getAsInt(),
                                        waits ? change.targetSinceMillis() : -1,
                                        nowMillis));
        boolean assignedOther =
                !before.holding().assigned().epochs().equals(after.holding().assigned().epochs());
        if (request.memberEpoch() == ModernMember.JOINING
                || HeartbeatRules.saysEverything(request)
                || assignedOther) {
            response.setAssignment(assignment(after.holding().assigned().withoutEpochs()));
        }
        return response;
    }

    private static Assignment assignment(TopicPartitions assigned) {
        List<ConsumerGroupHeartbeatResponseData.TopicPartitions> topics = new ArrayList<>();
        assigned.partitions()
                .forEach((topic, indexes) ->
                        topics.add(
                                new ConsumerGroupHeartbeatResponseData.TopicPartitions()
                                        .setTopicId(topic)
                                        .setPartitions(List.copyOf(indexes))));
        return new Assignment().setTopicPartitions(topics);
    }

    private static @Nullable TopicPartitions owned(ConsumerGroupHeartbeatRequestData request) {
        if (request.topicPartitions() == null) {
            return null;
        }
        Map<Uuid, Set<Integer>> owned = new HashMap<>();
        request.topicPartitions()
                .forEach(topic ->
                        owned.computeIfAbsent(topic.topicId(), id -> new HashSet<>())
                                .addAll(topic.partitions()));
        return new TopicPartitions(owned);
    }

    // ---- leaving ----

    private void leave(
            ConsumerGroup group,
            ConsumerGroupHeartbeatRequestData request,
            long ticket,
            Draft draft) {
        String instanceId = request.instanceId();
        String memberId = request.memberId();
        ConsumerMember member;
        Refusal refusal;
        if (instanceId == null) {
            member = group.roster().member(memberId);
            refusal = member == null ? membership.unknown(memberId, group.id()) : null;
        } else {
            member = group.roster().memberOfInstance(instanceId);
            refusal = membership.checkInstance(member, memberId, instanceId);
        }
        if (refusal != null || member == null) {
            refuse(
                    ticket,
                    refusal == null ? membership.unknown(memberId, group.id()) : refusal,
                    draft);
            return;
        }
        ConsumerChange change = new ConsumerChange(group, surroundings.topics(), draft);
        if (request.memberEpoch() == ModernMember.LEAVING_FOR_A_WHILE) {
            change.hold(member.with(member.holding().away()));
            deadlines.cancel(new GroupDeadline.Revocation(group.id(), member.id()));
        } else {
            membership.remove(change, List.of(member), draft);
        }
        draft.reply(
                ticket,
                new ConsumerGroupHeartbeatResponseData()
                        .setMemberId(memberId)
                        .setMemberEpoch(request.memberEpoch()));
    }

    public static void refuse(long ticket, Refusal refusal, Draft draft) {
        draft.reply(
                ticket,
                new ConsumerGroupHeartbeatResponseData()
                        .setErrorCode(refusal.error().code())
                        .setErrorMessage(refusal.message()));
    }
}
