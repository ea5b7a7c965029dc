package naru.coordination.group;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.JoinGroup;
import naru.coordination.group.modern.GroupDeadline;

import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** JoinGroup: new members, members that rejoin, and static members that come back (KIP-345). */
final class Joining {
    private static final short KNOWN_MEMBER_ID_REQUIRED_SINCE = 4;
    private static final short SKIPPING_ASSIGNMENT_SINCE = 9;

    private final GroupSettings settings;
    private final RandomGenerator random;
    private final Deadlines<GroupDeadline> deadlines;
    private final Rebalance rebalance;
    private final PendingJoins pendingJoins;

    Joining(
            GroupSettings settings,
            RandomGenerator random,
            Deadlines<GroupDeadline> deadlines,
            Rebalance rebalance,
            PendingJoins pendingJoins) {
        this.settings = settings;
        this.random = random;
        this.deadlines = deadlines;
        this.rebalance = rebalance;
        this.pendingJoins = pendingJoins;
    }

    /** What is wrong with the request itself. */
    Errors check(JoinGroup join) {
        String groupId = join.request().groupId();
        if (groupId.isEmpty() || GroupLimits.isTooLong(groupId)) {
            return Errors.INVALID_GROUP_ID;
        }
        int session = join.request().sessionTimeoutMs();
        if (session < settings.minSessionTimeoutMillis()
                || session > settings.maxSessionTimeoutMillis()) {
            return Errors.INVALID_SESSION_TIMEOUT;
        }
        String instanceId = join.request().groupInstanceId();
        if (GroupLimits.isTooLong(join.request().memberId())
                || GroupLimits.isTooLong(join.clientId())
                || GroupLimits.isTooLong(join.request().protocolType())
                || (instanceId != null && GroupLimits.isTooLong(instanceId))
                || bringsTooMuch(join)) {
            return Errors.INVALID_REQUEST;
        }
        return Errors.NONE;
    }

    private static boolean bringsTooMuch(JoinGroup join) {
        long bytes = 0;
        for (var protocol : join.request().protocols()) {
            bytes += protocol.name().length() + (long) protocol.metadata().length;
        }
        return join.request().protocols().size() > GroupLimits.PROTOCOLS_PER_MEMBER
                || bytes > GroupLimits.PROTOCOL_BYTES_PER_MEMBER;
    }

    void join(ClassicGroup group, JoinGroup join, Draft draft) {
        String memberId = join.request().memberId();
        if (!hasRoom(group, memberId)) {
            if (group.removePendingJoin(memberId)) {
                pendingJoins.released();
                deadlines.cancel(new GroupDeadline.Session(group.id(), memberId));
            }
            draft.reply(join.ticket(), Rebalance.joinRefused(Errors.GROUP_MAX_SIZE_REACHED, ""));
            rebalance.completeIfAllJoined(group, draft);
            return;
        }
        Set<String> names = Member.protocols(join).keySet();
        if (!group.accepts(join.request().protocolType(), names)) {
            refuse(join, Errors.INCONSISTENT_GROUP_PROTOCOL, draft);
        } else if (memberId.isEmpty()) {
            joinNew(group, join, draft);
        } else {
            joinKnown(group, join, memberId, draft);
        }
    }

    private boolean hasRoom(ClassicGroup group, String memberId) {
        Member member = group.member(memberId);
        int limit = settings.memberLimit();
        return switch (group.state()) {
            case EMPTY -> true;
            case PREPARING_REBALANCE ->
                    (member != null && member.isJoining()) || group.joiningCount() < limit;
            case COMPLETING_REBALANCE, STABLE -> member != null || group.members().size() < limit;
        };
    }

    private void joinNew(ClassicGroup group, JoinGroup join, Draft draft) {
        String instanceId = join.request().groupInstanceId();
        if (instanceId != null) {
            String memberId = newMemberId(instanceId);
            Member current = group.memberOfInstance(instanceId);
            if (current == null) {
                addMember(group, join, memberId, draft);
            } else {
                replaceStatic(group, join, current, memberId, draft);
            }
            return;
        }
        String memberId = newMemberId(join.clientId());
        if (join.version() < KNOWN_MEMBER_ID_REQUIRED_SINCE) {
            addMember(group, join, memberId, draft);
        } else if (group.pendingJoinCount() >= GroupLimits.MEMBERS_PER_GROUP
                || !pendingJoins.tryTake()) {
            refuse(join, Errors.COORDINATOR_NOT_AVAILABLE, draft);
        } else {
            group.addPendingJoin(memberId);
            long until = draft.nowMillis() + join.request().sessionTimeoutMs();
            deadlines.set(new GroupDeadline.Session(group.id(), memberId), until);
            draft.reply(join.ticket(), Rebalance.joinRefused(Errors.MEMBER_ID_REQUIRED, memberId));
        }
    }

    private String newMemberId(String prefix) {
        return prefix + "-" + new UUID(random.nextLong(), random.nextLong());
    }

    private void addMember(ClassicGroup group, JoinGroup join, String memberId, Draft draft) {
        group.adoptProtocolType(join.request().protocolType());
        Member member = Member.joining(memberId, join);
        group.add(member);
        rebalance.park(group, member, join.ticket(), draft);
        rebalance.membershipChanged(group, draft);
    }

    private void joinKnown(ClassicGroup group, JoinGroup join, String memberId, Draft draft) {
        if (group.removePendingJoin(memberId)) {
            pendingJoins.released();
            addMember(group, join, memberId, draft);
            return;
        }
        Errors error = group.check(memberId, join.request().groupInstanceId());
        Member member = group.member(memberId);
        if (error != Errors.NONE || member == null) {
            refuse(join, error, draft);
            return;
        }
        boolean changed = !member.matches(Member.protocols(join));
        switch (group.state()) {
            case EMPTY -> refuse(join, Errors.UNKNOWN_MEMBER_ID, draft);
            case PREPARING_REBALANCE -> rejoin(group, member, join, draft);
            case COMPLETING_REBALANCE -> {
                if (changed) {
                    rejoin(group, member, join, draft);
                } else {
                    answerAgain(group, member, join, draft);
                }
            }
            case STABLE -> {
                if (changed || group.isLeader(member)) {
                    rejoin(group, member, join, draft);
                } else {
                    answerAgain(group, member, join, draft);
                }
            }
        }
    }

    /** The reply was lost, or a follower joined without need: it is in this generation already. */
    private void answerAgain(ClassicGroup group, Member member, JoinGroup join, Draft draft) {
        draft.reply(join.ticket(), Rebalance.joined(group, member));
        rebalance.heard(group, member, draft);
    }

    private void rejoin(ClassicGroup group, Member member, JoinGroup join, Draft draft) {
        member.update(join);
        rebalance.park(group, member, join.ticket(), draft);
        rebalance.membershipChanged(group, draft);
    }

    /** A new process of a static member takes its place; the old one is fenced. */
    private void replaceStatic(
            ClassicGroup group, JoinGroup join, Member member, String memberId, Draft draft) {
        fence(member, draft);
        Set<String> names = Member.protocols(join).keySet();
        if (group.is(GroupState.STABLE)
                && Objects.equals(group.electProtocol(member, names), group.protocol())) {
            replaceInGeneration(group, join, member, memberId, draft);
            return;
        }
        deadlines.cancel(new GroupDeadline.Session(group.id(), member.id()));
        member.update(join);
        group.rename(member, memberId);
        rebalance.park(group, member, join.ticket(), draft);
        rebalance.membershipChanged(group, draft);
    }

    private static void fence(Member member, Draft draft) {
        Long oldJoin = member.takeJoin();
        if (oldJoin != null) {
            draft.reply(oldJoin, Rebalance.joinRefused(Errors.FENCED_INSTANCE_ID, member.id()));
        }
        Long oldSync = member.takeSync();
        if (oldSync != null) {
            draft.reply(oldSync, Rebalance.syncRefused(Errors.FENCED_INSTANCE_ID));
        }
    }

    /**
     * The assignment passes to the new member id without a rebalance. A leader is told the members
     * if it knows that it may skip assigning; otherwise it is told the old leader's id, so that it
     * takes itself for a follower and does not assign (KIP-814).
     */
    private void replaceInGeneration(
            ClassicGroup group, JoinGroup join, Member member, String memberId, Draft draft) {
        Member replacement = Member.joining(memberId, join);
        member.propose(Member.protocols(join));
        draft.append(GroupRecord.encode(group.id(), group.replaced(member, replacement)));
        boolean skips = group.isLeader(member) && join.version() >= SKIPPING_ASSIGNMENT_SINCE;
        JoinGroupResponseData response =
                Rebalance.joined(group, member, skips)
                        .setMemberId(memberId)
                        .setSkipAssignment(skips);
        if (skips) {
            response.setLeader(memberId);
            response.members().stream()
                    .filter(entry -> entry.memberId().equals(member.id()))
                    .forEach(entry ->
                            entry.setMemberId(memberId)
                                    .setMetadata(replacement.metadata(group.protocol())));
        }
        draft.reply(join.ticket(), response);
        // The session of whichever id the group will have; the other one expires without effect.
        long until = draft.nowMillis() + replacement.sessionTimeoutMillis();
        deadlines.set(new GroupDeadline.Session(group.id(), member.id()), until);
        deadlines.set(new GroupDeadline.Session(group.id(), memberId), until);
    }

    private static void refuse(JoinGroup join, Errors error, Draft draft) {
        draft.reply(join.ticket(), Rebalance.joinRefused(error, join.request().memberId()));
    }
}
