package naru.coordination.group.consumer;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.modern.Caller;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.Refusal;
import naru.coordination.group.modern.Surroundings;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What follows for a group when members come, change and go, whichever protocol they speak: epochs,
 * targets, deadlines. Owned by the shard.
 */
public final class Membership {
    /** Topics that change all the time are looked at no more often than this. */
    static final long COMPARISON_PAUSE_MILLIS = 1_000;

    /** When to look again whether what a deadline brought about was recorded. */
    private static final long RETRY_MILLIS = 1_000;

    /** Up to so many members the target follows every change at once. */
    private static final int ASSIGNED_AT_ONCE = 100;

    private final ConsumerSettings settings;
    private final Surroundings surroundings;
    private final Deadlines<GroupDeadline> deadlines;
    private final Assignors assignors;

    public Membership(
            ConsumerSettings settings,
            Surroundings surroundings,
            Deadlines<GroupDeadline> deadlines) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.deadlines = deadlines;
        this.assignors = new Assignors(settings.assignors());
    }

    /** Of a group with these members: the assignor's name. */
    String assignorOf(ConsumerGroup group) {
        return assignors.preferred(group.roster().members());
    }

    // ---- epochs ----

    /**
     * Takes the group to its next epoch when the member wants other topics, or the topics have
     * changed.
     *
     * @param member as it is now wanted
     * @param before the same member until now
     */
    void follow(
            ConsumerChange change,
            ConsumerMember member,
            ConsumerMember before,
            Caller caller,
            boolean membersChanged,
            Draft draft) {
        ConsumerGroup group = change.group();
        long version = change.topics().version();
        boolean behind = group.isBehind(version, draft.nowMillis(), COMPARISON_PAUSE_MILLIS);
        String pattern = member.subscription().pattern();
        String patternBefore = before.subscription().pattern();
        if (behind) {
            Set.copyOf(group.expressions().keySet())
                    .forEach(each -> change.resolve(each, caller.maySee()));
        }
        if (pattern != null && change.resolved(pattern) == null) {
            change.resolve(pattern, caller.maySee());
        }
        if (!Objects.equals(pattern, patternBefore)) {
            change.forgetUnused(patternBefore);
        }
        if (membersChanged || (behind && change.seesOtherTopics())) {
            change.raiseEpoch();
        } else if (behind) {
            group.compared(version, draft.nowMillis());
        }
        assignIfDue(change, draft);
    }

    /** Computes the target if it is of an older epoch, now or when that may be done again. */
    void assignIfDue(ConsumerChange change, Draft draft) {
        if (change.targetEpoch() >= change.epoch() || change.size() == 0) {
            return;
        }
        GroupDeadline later = new GroupDeadline.Assignment(change.groupId());
        long allowedAt =
                change.size() <= ASSIGNED_AT_ONCE
                        ? 0
                        : change.targetSinceMillis()
                                + settings.assignmentIntervalMillis(
                                        surroundings.configOf(change.groupId()));
        if (allowedAt <= draft.nowMillis()) {
            deadlines.cancel(later);
            change.assign(assignors);
        } else {
            deadlines.set(later, allowedAt);
        }
    }

    // ---- coming and going ----

    void replace(ConsumerChange change, ConsumerMember member, ConsumerMember replacement) {
        forgetDeadlines(change.groupId(), member);
        change.replace(member, replacement);
    }

    void remove(ConsumerChange change, Collection<ConsumerMember> members, Draft draft) {
        for (ConsumerMember member : members) {
            forgetDeadlines(change.groupId(), member);
            change.remove(member);
        }
        if (Downgrade.isPossible(change, settings)) {
            downgrade(change, draft);
            return;
        }
        change.raiseEpoch();
        assignIfDue(change, draft);
    }

    /** Only classic members are left: the group goes on as one of theirs, which rebalances. */
    void downgrade(ConsumerChange change, Draft draft) {
        for (ConsumerMember member : change.members()) {
            deadlines.cancel(new GroupDeadline.Revocation(change.groupId(), member.id()));
            deadlines.cancel(new GroupDeadline.ClassicStep(change.groupId(), member.id()));
        }
        deadlines.cancel(new GroupDeadline.Assignment(change.groupId()));
        Downgrade.decide(change, draft);
        deadlines.set(new GroupDeadline.Converted(change.groupId()), draft.nowMillis());
    }

    /**
     * But for the session: should the removal not be recorded, the member is removed when it ends.
     */
    private void forgetDeadlines(String groupId, ConsumerMember member) {
        deadlines.cancel(new GroupDeadline.Revocation(groupId, member.id()));
        deadlines.cancel(new GroupDeadline.ClassicStep(groupId, member.id()));
    }

    /** A member that does not give up in time what it was asked for is removed. */
    void watchRevocation(String groupId, ConsumerMember member, Draft draft) {
        GroupDeadline revocation = new GroupDeadline.Revocation(groupId, member.id());
        if (member.holding().standing() == Standing.UNREVOKED) {
            deadlines.set(
                    revocation, draft.nowMillis() + member.subscription().rebalanceTimeoutMillis());
        } else {
            deadlines.cancel(revocation);
        }
    }

    // ---- deadlines ----

    public void onDeadline(ConsumerGroup group, GroupDeadline due, Draft draft) {
        ConsumerChange change = new ConsumerChange(group, surroundings.topics(), draft);
        switch (due) {
            case GroupDeadline.Session session -> removeIfThere(change, session.memberId(), draft);
            case GroupDeadline.Revocation revocation -> {
                ConsumerMember member = change.member(revocation.memberId());
                if (member != null && member.holding().standing() == Standing.UNREVOKED) {
                    removeIfThere(change, member.id(), draft);
                }
            }
            case GroupDeadline.ClassicStep step -> removeIfThere(change, step.memberId(), draft);
            case GroupDeadline.Assignment assignment -> assignIfDue(change, draft);
            case GroupDeadline.JoinPhase phase -> {}
            case GroupDeadline.SyncPhase phase -> {}
            case GroupDeadline.Converted converted -> {}
        }
        if (draft.recordCount() > 0) {
            deadlines.set(due, draft.nowMillis() + RETRY_MILLIS);
        }
    }

    private void removeIfThere(ConsumerChange change, String memberId, Draft draft) {
        ConsumerMember member = change.member(memberId);
        if (member != null) {
            remove(change, List.of(member), draft);
        }
    }

    /** Time begins to run for a group that was loaded. */
    public void onLoaded(ConsumerGroup group, Draft draft) {
        int sessionMillis = settings.sessionTimeoutMillis(surroundings.configOf(group.id()));
        for (ConsumerMember member : group.roster().members()) {
            var classic = member.subscription().classic();
            deadlines.set(
                    new GroupDeadline.Session(group.id(), member.id()),
                    draft.nowMillis()
                            + (classic == null ? sessionMillis : classic.sessionTimeoutMs()));
            watchRevocation(group.id(), member, draft);
        }
        ConsumerChange change = new ConsumerChange(group, surroundings.topics(), draft);
        assignIfDue(change, draft);
    }

    // ---- refusals ----

    Refusal unknown(String memberId, String groupId) {
        return new Refusal(
                Errors.UNKNOWN_MEMBER_ID,
                "Member " + memberId + " is not a member of group " + groupId + ".");
    }

    @Nullable Refusal checkInstance(
            @Nullable ConsumerMember current, String memberId, String instanceId) {
        if (current == null) {
            return new Refusal(
                    Errors.UNKNOWN_MEMBER_ID, "Instance id " + instanceId + " is unknown.");
        }
        return current.id().equals(memberId)
                ? null
                : new Refusal(
                        Errors.FENCED_INSTANCE_ID,
                        "Static member "
                                + memberId
                                + " with instance id "
                                + instanceId
                                + " was fenced by member "
                                + current.id()
                                + ".");
    }
}
