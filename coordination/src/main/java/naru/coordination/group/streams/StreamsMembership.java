package naru.coordination.group.streams;

import naru.coordination.Deadlines;
import naru.coordination.Draft;
import naru.coordination.group.modern.GroupDeadline;
import naru.coordination.group.modern.Surroundings;

import org.apache.kafka.coordinator.group.streams.StreamsTopology;

import java.util.Map;

/**
 * What follows for a group when members come, change and go, or topics change: epochs, targets,
 * deadlines. Owned by the shard.
 */
public final class StreamsMembership {
    /** Topics that change all the time are looked at no more often than this by a ready group. */
    static final long COMPARISON_PAUSE_MILLIS = 1_000;

    /** When to look again whether what a deadline brought about was recorded. */
    private static final long RETRY_MILLIS = 1_000;

    /** Up to so many members the target follows every change at once. */
    private static final int ASSIGNED_AT_ONCE = 100;

    private final StreamsSettings settings;
    private final Surroundings surroundings;
    private final Deadlines<GroupDeadline> deadlines;
    private final TaskAssigning assigning = new TaskAssigning();

    public StreamsMembership(
            StreamsSettings settings,
            Surroundings surroundings,
            Deadlines<GroupDeadline> deadlines) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.deadlines = deadlines;
    }

    // ---- topics ----

    /** The topology on the topics as they are now, or as they were a moment ago. */
    Layout layout(StreamsGroup group, StreamsTopology topology, long nowMillis) {
        Layout known = group.layoutOf(topology);
        if (known != null) {
            long pauseMillis = known.isReady() ? COMPARISON_PAUSE_MILLIS : 0;
            long version = surroundings.topics().version();
            if (!group.isBehind(version, nowMillis, pauseMillis)) {
                return known;
            }
        }
        return Layout.of(group.id(), topology, surroundings.topics());
    }

    // ---- epochs ----

    /**
     * Takes the group to its next epoch when its members or topics have changed, and to a target.
     *
     * @return is the group waiting for a target that will be computed later
     */
    boolean follow(StreamsChange change, Layout layout, boolean membersChanged, Draft draft) {
        Map<String, String> groupConfig = surroundings.configOf(change.groupId());
        Map<String, String> config = settings.assignmentConfig(groupConfig);
        change.group().compared(layout, draft.nowMillis());
        if (membersChanged
                || layout.topicsHash() != change.metadataHash()
                || layout.validatedEpoch() != change.validatedTopologyEpoch()
                || !config.equals(change.assignmentConfig())) {
            change.raiseEpoch(layout.topicsHash(), layout.validatedEpoch(), config);
        }
        int delayMillis = settings.initialDelayMillis(groupConfig);
        GroupDeadline assignment = new GroupDeadline.Assignment(change.groupId());
        if (change.group().isEmpty() && delayMillis > 0 && !deadlines.isSet(assignment)) {
            deadlines.set(assignment, draft.nowMillis() + delayMillis);
        }
        return assignIfDue(change, layout, draft);
    }

    /** Computes the target if it is of an older epoch, now or when that may be done again. */
    private boolean assignIfDue(StreamsChange change, Layout layout, Draft draft) {
        if (change.targetEpoch() >= change.epoch() || change.size() == 0) {
            return false;
        }
        GroupDeadline later = new GroupDeadline.Assignment(change.groupId());
        if (deadlines.isSet(later)) {
            return true;
        }
        long allowedAt =
                change.size() <= ASSIGNED_AT_ONCE
                        ? 0
                        : change.targetSinceMillis()
                                + settings.assignmentIntervalMillis(
                                        surroundings.configOf(change.groupId()));
        if (allowedAt > draft.nowMillis()) {
            deadlines.set(later, allowedAt);
            return true;
        }
        change.aim(assigning.targets(change, layout));
        return false;
    }

    // ---- coming and going ----

    /** Should this not be recorded, the member is removed when its session ends. */
    void remove(StreamsChange change, StreamsMember member, Draft draft) {
        String groupId = change.groupId();
        deadlines.cancel(new GroupDeadline.Revocation(groupId, member.id()));
        change.remove(member);
        if (member.profile().endpoint() != null) {
            change.group().endpointsChanged();
        }
        Map<String, String> config = settings.assignmentConfig(surroundings.configOf(groupId));
        StreamsTopology topology = change.topology();
        if (topology == null) {
            change.raiseEpoch(change.metadataHash(), change.validatedTopologyEpoch(), config);
            return;
        }
        Layout layout = layout(change.group(), topology, draft.nowMillis());
        change.raiseEpoch(layout.topicsHash(), layout.validatedEpoch(), config);
        if (change.size() == 0) {
            deadlines.cancel(new GroupDeadline.Assignment(groupId));
        }
        assignIfDue(change, layout, draft);
    }

    /** A member that is not heard of in time is removed. */
    void heard(String groupId, StreamsMember member, Draft draft) {
        deadlines.set(
                new GroupDeadline.Session(groupId, member.id()),
                draft.nowMillis() + settings.sessionTimeoutMillis(surroundings.configOf(groupId)));
    }

    /** A member that does not give up in time what it was asked for is removed. */
    void watchRevocation(String groupId, StreamsMember member, Draft draft) {
        GroupDeadline revocation = new GroupDeadline.Revocation(groupId, member.id());
        if (member.holding().standing() == Standing.UNREVOKED) {
            deadlines.set(
                    revocation, draft.nowMillis() + member.profile().rebalanceTimeoutMillis());
        } else {
            deadlines.cancel(revocation);
        }
    }

    // ---- deadlines ----

    public void onDeadline(StreamsGroup group, GroupDeadline due, Draft draft) {
        StreamsChange change = new StreamsChange(group, surroundings.topics(), draft);
        switch (due) {
            case GroupDeadline.Session session -> {
                StreamsMember member = change.member(session.memberId());
                if (member != null) {
                    removeAtLast(change, member, due, draft);
                }
            }
            case GroupDeadline.Revocation revocation -> {
                StreamsMember member = change.member(revocation.memberId());
                if (member != null && member.holding().standing() == Standing.UNREVOKED) {
                    removeAtLast(change, member, due, draft);
                }
            }
            case GroupDeadline.Assignment assignment -> assignNow(change, draft);
            case GroupDeadline.ClassicStep step -> {}
            case GroupDeadline.Converted converted -> {}
            case GroupDeadline.JoinPhase phase -> {}
            case GroupDeadline.SyncPhase phase -> {}
        }
    }

    /** Again and again until it is recorded. */
    private void removeAtLast(
            StreamsChange change, StreamsMember member, GroupDeadline due, Draft draft) {
        remove(change, member, draft);
        deadlines.set(due, draft.nowMillis() + RETRY_MILLIS);
    }

    private void assignNow(StreamsChange change, Draft draft) {
        StreamsTopology topology = change.topology();
        if (topology != null && change.targetEpoch() < change.epoch() && change.size() > 0) {
            Layout layout = layout(change.group(), topology, draft.nowMillis());
            change.aim(assigning.targets(change, layout));
        }
    }

    /** Time begins to run for a group that was loaded. */
    public void onLoaded(StreamsGroup group, Draft draft) {
        for (StreamsMember member : group.roster().members()) {
            heard(group.id(), member, draft);
            watchRevocation(group.id(), member, draft);
        }
        assignNow(new StreamsChange(group, surroundings.topics(), draft), draft);
    }
}
