package naru.coordination.group.consumer;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.modern.Bounds;
import naru.coordination.group.modern.Caller;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.ModernMember;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;

import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.ConsumerGroupMigrationPolicy;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Members of the classic protocol in a group of the newer one: each is told by its heartbeat to
 * join again whenever there is a step to make, joins to make it, and syncs to learn what it has.
 * Nobody waits for the others.
 */
public final class ClassicMembers {
    private static final short KNOWN_MEMBER_ID_REQUIRED_SINCE = 4;

    private final ConsumerSettings settings;
    private final Surroundings surroundings;
    private final RandomGenerator random;
    private final Membership membership;
    private final Deadlines<GroupDeadline> deadlines;

    public ClassicMembers(
            ConsumerSettings settings,
            Surroundings surroundings,
            RandomGenerator random,
            Membership membership,
            Deadlines<GroupDeadline> deadlines) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.random = random;
        this.membership = membership;
        this.deadlines = deadlines;
    }

    // ---- joining ----

    public void join(
            ConsumerGroup group,
            JoinGroupRequestData request,
            Caller caller,
            long ticket,
            Draft draft) {
        Errors error = check(group, request);
        String memberId = request.memberId();
        if (error != Errors.NONE) {
            draft.reply(ticket, refusedJoin(error, memberId));
            return;
        }
        boolean isNew = memberId.isEmpty();
        if (isNew) {
            memberId = new UUID(random.nextLong(), random.nextLong()).toString();
        }
        if (isNew
                && request.groupInstanceId() == null
                && caller.version() >= KNOWN_MEMBER_ID_REQUIRED_SINCE) {
            draft.reply(ticket, refusedJoin(Errors.MEMBER_ID_REQUIRED, memberId));
            return;
        }
        ConsumerProtocolSubscription subscription;
        try {
            subscription =
                    ClassicProtocols.subscription(request.protocols().iterator().next().metadata());
        } catch (RuntimeException notOfAConsumer) {
            draft.reply(ticket, refusedJoin(Errors.INCONSISTENT_GROUP_PROTOCOL, memberId));
            return;
        }
        ConsumerChange change = new ConsumerChange(group, surroundings.topics(), draft);
        ConsumerMember member = identify(change, request, memberId, isNew);
        if (member == null) {
            draft.reply(ticket, refusedJoin(Errors.FENCED_INSTANCE_ID, memberId));
            return;
        }
        join(change, member, request, subscription, caller, ticket, draft);
    }

    private Errors check(ConsumerGroup group, JoinGroupRequestData request) {
        if (settings.migration() == ConsumerGroupMigrationPolicy.DISABLED) {
            return Errors.INCONSISTENT_GROUP_PROTOCOL;
        }
        boolean known = group.roster().member(request.memberId()) != null;
        if (!known
                && group.memberCount() >= Math.min(settings.maxSize(), Bounds.MEMBERS_PER_GROUP)) {
            return Errors.GROUP_MAX_SIZE_REACHED;
        }
        if (!request.protocolType().equals(ClassicProtocols.TYPE)
                || request.protocols().isEmpty()) {
            return Errors.INCONSISTENT_GROUP_PROTOCOL;
        }
        Set<String> names = new HashSet<>();
        request.protocols().forEach(protocol -> names.add(protocol.name()));
        for (ConsumerMember member : group.roster().members()) {
            ClassicMemberMetadata classic = member.subscription().classic();
            if (classic != null) {
                names.retainAll(ClassicProtocols.names(classic));
            }
        }
        return names.isEmpty() ? Errors.INCONSISTENT_GROUP_PROTOCOL : Errors.NONE;
    }

    /** Null when another process has taken the place of this static member. */
    private @Nullable ConsumerMember identify(
            ConsumerChange change, JoinGroupRequestData request, String memberId, boolean isNew) {
        String instanceId = request.groupInstanceId();
        ConsumerMember current = instanceId == null ? null : change.memberOfInstance(instanceId);
        if (current == null) {
            ConsumerMember known = change.member(memberId);
            return known == null ? ConsumerMember.named(memberId) : known;
        }
        if (current.id().equals(memberId)) {
            return current;
        }
        if (!isNew) {
            return null;
        }
        ConsumerMember replacement =
                new ConsumerMember(
                        memberId,
                        current.subscription(),
                        current.holding().takenOver(ModernMember.JOINING));
        membership.replace(change, current, replacement);
        return replacement;
    }

    private void join(
            ConsumerChange change,
            ConsumerMember before,
            JoinGroupRequestData request,
            ConsumerProtocolSubscription subscription,
            Caller caller,
            long ticket,
            Draft draft) {
        ConsumerMember wanted = before.with(wanted(request, subscription, caller));
        boolean isNew = change.member(before.id()) == null;
        boolean others = wanted.subscription().wantsOtherTopicsThan(before.subscription());
        if (!wanted.subscription().equals(before.subscription())) {
            change.subscribe(wanted);
        }
        membership.follow(change, wanted, before, caller, isNew || others, draft);
        ConsumerMember after =
                change.reconciled(wanted, ClassicProtocols.owned(subscription, change.topics()));
        if (!after.holding().equals(wanted.holding())) {
            change.hold(after);
        }
        int rebalanceMillis = after.subscription().rebalanceTimeoutMillis();
        deadlines.set(
                new GroupDeadline.ClassicStep(change.groupId(), after.id()),
                draft.nowMillis() + rebalanceMillis);
        watchSession(change.groupId(), after.id(), request.sessionTimeoutMs(), draft);
        draft.reply(
                ticket,
                new JoinGroupResponseData()
                        .setMemberId(after.id())
                        .setGenerationId(after.epoch())
                        .setProtocolType(ClassicProtocols.TYPE)
                        .setProtocolName(request.protocols().iterator().next().name()));
        if (Downgrade.isPossible(change, settings)) {
            membership.downgrade(change, draft);
        }
    }

    private static Subscription wanted(
            JoinGroupRequestData request,
            ConsumerProtocolSubscription subscription,
            Caller caller) {
        String rack = subscription.rackId();
        return new Subscription(
                request.groupInstanceId(),
                rack == null || rack.isEmpty() ? null : rack,
                caller.clientId(),
                caller.host(),
                request.rebalanceTimeoutMs() < 0
                        ? request.sessionTimeoutMs()
                        : request.rebalanceTimeoutMs(),
                Subscription.inOrder(subscription.topics()),
                "",
                null,
                ClassicProtocols.metadata(request.sessionTimeoutMs(), request.protocols()));
    }

    private void watchSession(String groupId, String memberId, int millis, Draft draft) {
        deadlines.set(new GroupDeadline.Session(groupId, memberId), draft.nowMillis() + millis);
    }

    private static JoinGroupResponseData refusedJoin(Errors error, String memberId) {
        return new JoinGroupResponseData()
                .setErrorCode(error.code())
                .setMemberId(memberId)
                .setProtocolName("");
    }

    // ---- following ----

    private sealed interface Found {
        record Member(ConsumerMember member, ClassicMemberMetadata classic) implements Found {}

        record Refused(Errors error) implements Found {}
    }

    private Found find(ConsumerGroup group, String memberId, @Nullable String instanceId) {
        ConsumerMember member;
        if (instanceId == null) {
            member = group.roster().member(memberId);
        } else {
            member = group.roster().memberOfInstance(instanceId);
            Refusal refusal = membership.checkInstance(member, memberId, instanceId);
            if (refusal != null) {
                return new Found.Refused(refusal.error());
            }
        }
        ClassicMemberMetadata classic = member == null ? null : member.subscription().classic();
        return member == null || classic == null
                ? new Found.Refused(Errors.UNKNOWN_MEMBER_ID)
                : new Found.Member(member, classic);
    }

    public void heartbeat(
            ConsumerGroup group, HeartbeatRequestData request, long ticket, Draft draft) {
        Errors error =
                switch (find(group, request.memberId(), request.groupInstanceId())) {
                    case Found.Refused(Errors refused) -> refused;
                    case Found.Member(ConsumerMember member, ClassicMemberMetadata classic) ->
                            heartbeat(group, member, classic, request.generationId(), draft);
                };
        draft.reply(ticket, new HeartbeatResponseData().setErrorCode(error.code()));
    }

    private Errors heartbeat(
            ConsumerGroup group,
            ConsumerMember member,
            ClassicMemberMetadata classic,
            int generation,
            Draft draft) {
        if (generation != member.epoch()) {
            return Errors.ILLEGAL_GENERATION;
        }
        watchSession(group.id(), member.id(), classic.sessionTimeoutMs(), draft);
        if (!hasAStepToMake(group, member, draft)) {
            return Errors.NONE;
        }
        expectStep(group.id(), member, draft);
        return Errors.REBALANCE_IN_PROGRESS;
    }

    private boolean hasAStepToMake(ConsumerGroup group, ConsumerMember member, Draft draft) {
        if (member.epoch() < group.roster().targetEpoch()) {
            return true;
        }
        return switch (member.holding().standing()) {
            case STABLE, UNKNOWN -> false;
            case UNREVOKED -> true;
            case UNRELEASED -> {
                ConsumerChange change = new ConsumerChange(group, surroundings.topics(), draft);
                yield !change.reconciled(member, null)
                        .holding()
                        .assigned()
                        .equals(member.holding().assigned());
            }
        };
    }

    private void expectStep(String groupId, ConsumerMember member, Draft draft) {
        GroupDeadline step = new GroupDeadline.ClassicStep(groupId, member.id());
        if (!deadlines.isSet(step)) {
            deadlines.set(step, draft.nowMillis() + member.subscription().rebalanceTimeoutMillis());
        }
    }

    public void sync(ConsumerGroup group, SyncGroupRequestData request, long ticket, Draft draft) {
        switch (find(group, request.memberId(), request.groupInstanceId())) {
            case Found.Refused(Errors error) -> draft.reply(ticket, refusedSync(error));
            case Found.Member(ConsumerMember member, ClassicMemberMetadata classic) -> {
                Errors error = checkSync(group, member, classic, request, draft);
                if (error != Errors.NONE) {
                    draft.reply(ticket, refusedSync(error));
                    return;
                }
                deadlines.cancel(new GroupDeadline.ClassicStep(group.id(), member.id()));
                watchSession(group.id(), member.id(), classic.sessionTimeoutMs(), draft);
                String protocol = classic.supportedProtocols().getFirst().name();
                draft.reply(
                        ticket,
                        new SyncGroupResponseData()
                                .setProtocolType(ClassicProtocols.TYPE)
                                .setProtocolName(protocol)
                                .setAssignment(
                                        ClassicProtocols.assignment(
                                                member.holding().assigned().withoutEpochs(),
                                                ClassicProtocols.metadataOf(classic, protocol),
                                                surroundings.topics())));
            }
        }
    }

    private Errors checkSync(
            ConsumerGroup group,
            ConsumerMember member,
            ClassicMemberMetadata classic,
            SyncGroupRequestData request,
            Draft draft) {
        if (request.generationId() != member.epoch()) {
            return Errors.ILLEGAL_GENERATION;
        }
        String type = request.protocolType();
        String name = request.protocolName();
        if ((type != null && !type.equals(ClassicProtocols.TYPE))
                || (name != null && !name.equals(classic.supportedProtocols().getFirst().name()))) {
            return Errors.INCONSISTENT_GROUP_PROTOCOL;
        }
        if (member.epoch() < group.roster().targetEpoch()
                && member.holding().standing() != Standing.UNREVOKED) {
            expectStep(group.id(), member, draft);
            return Errors.REBALANCE_IN_PROGRESS;
        }
        return Errors.NONE;
    }

    private static SyncGroupResponseData refusedSync(Errors error) {
        return new SyncGroupResponseData().setErrorCode(error.code());
    }

    // ---- leaving ----

    /** What becomes of each, in their order. Members of the newer protocol may be removed too. */
    public List<Errors> leave(ConsumerGroup group, List<MemberIdentity> leaving, Draft draft) {
        List<Errors> outcomes = new ArrayList<>(leaving.size());
        List<ConsumerMember> gone = new ArrayList<>();
        for (MemberIdentity identity : leaving) {
            String instanceId = identity.groupInstanceId();
            ConsumerMember member =
                    instanceId == null
                            ? group.roster().member(identity.memberId())
                            : group.roster().memberOfInstance(instanceId);
            Errors error = member == null ? Errors.UNKNOWN_MEMBER_ID : Errors.NONE;
            if (member != null
                    && instanceId != null
                    && !identity.memberId().isEmpty()
                    && !identity.memberId().equals(member.id())) {
                error = Errors.FENCED_INSTANCE_ID;
            }
            if (member != null && error == Errors.NONE && !gone.contains(member)) {
                gone.add(member);
            }
            outcomes.add(error);
        }
        if (!gone.isEmpty()) {
            ConsumerChange change = new ConsumerChange(group, surroundings.topics(), draft);
            membership.remove(change, gone, draft);
        }
        return outcomes;
    }
}
