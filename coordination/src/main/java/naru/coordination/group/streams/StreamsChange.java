package naru.coordination.group.streams;

import naru.coordination.Draft;
import naru.coordination.group.modern.RosterChange;
import naru.coordination.group.modern.TopicCatalog;

import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyValue;
import org.apache.kafka.coordinator.group.streams.StreamsTopology;
import org.apache.kafka.coordinator.group.streams.assignor.TaskId;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Map;

/**
 * A change of one group that is being decided. What is decided goes into the draft as records and
 * is seen by what is decided next; the group itself changes when the records are applied.
 */
final class StreamsChange {
    private final StreamsGroup group;
    private final TopicCatalog topics;
    private final Draft draft;
    private final RosterChange<StreamsMember, Tasks> roster;
    private @Nullable StreamsTopology topology;
    private int validatedTopologyEpoch;
    private Map<String, String> assignmentConfig;

    StreamsChange(StreamsGroup group, TopicCatalog topics, Draft draft) {
        this.group = group;
        this.topics = topics;
        this.draft = draft;
        this.roster = new RosterChange<>(group.roster());
        this.topology = group.topology();
        this.validatedTopologyEpoch = group.validatedTopologyEpoch();
        this.assignmentConfig = group.assignmentConfig();
    }

    // ---- what is decided so far ----

    StreamsGroup group() {
        return group;
    }

    String groupId() {
        return group.id();
    }

    TopicCatalog topics() {
        return topics;
    }

    int epoch() {
        return roster.epoch();
    }

    int targetEpoch() {
        return roster.targetEpoch();
    }

    long targetSinceMillis() {
        return roster.targetSinceMillis();
    }

    long metadataHash() {
        return roster.metadataHash();
    }

    int size() {
        return roster.size();
    }

    Collection<StreamsMember> members() {
        return roster.members();
    }

    @Nullable StreamsMember member(String memberId) {
        return roster.member(memberId);
    }

    Tasks target(String memberId) {
        Tasks target = roster.target(memberId);
        return target == null ? Tasks.NONE : target;
    }

    @Nullable StreamsTopology topology() {
        return topology;
    }

    int validatedTopologyEpoch() {
        return validatedTopologyEpoch;
    }

    Map<String, String> assignmentConfig() {
        return assignmentConfig;
    }

    // ---- members ----

    /** The member as it now is: new, or with other properties. */
    void introduce(StreamsMember member) {
        draft.append(StreamsRecord.member(groupId(), member));
        roster.put(member);
    }

    /** The member with what it now has. */
    void hold(StreamsMember member) {
        draft.append(StreamsRecord.current(groupId(), member));
        roster.put(member);
    }

    void remove(StreamsMember member) {
        StreamsRecord.memberGone(groupId(), member.id()).forEach(draft::append);
        roster.remove(member.id());
    }

    // ---- topology, epochs, targets ----

    void topology(StreamsTopology next, StreamsGroupTopologyValue value) {
        draft.append(StreamsRecord.topology(groupId(), value));
        topology = next;
    }

    void raiseEpoch(long topicsHash, int validatedEpoch, Map<String, String> config) {
        int next = roster.epoch() + 1;
        roster.epoch(next, topicsHash);
        validatedTopologyEpoch = validatedEpoch;
        assignmentConfig = config;
        draft.append(StreamsRecord.epoch(groupId(), next, topicsHash, validatedEpoch, config));
    }

    void aim(Map<String, Tasks> targets) {
        targets.forEach((memberId, target) -> {
            if (!target.equals(target(memberId))) {
                roster.target(memberId, target);
                draft.append(StreamsRecord.target(groupId(), memberId, target));
            }
        });
        roster.targetEpoch(roster.epoch(), draft.nowMillis());
        draft.append(StreamsRecord.targetEpoch(groupId(), roster.epoch(), draft.nowMillis()));
    }

    // ---- tasks ----

    /**
     * Nobody else runs a task that is to be active; and another thread of the same process has the
     * task in no role, for they would share its folder of state.
     */
    private boolean isFreeFor(StreamsMember member, TaskRole role, TaskId task) {
        for (String holderId : group.holdersOf(task)) {
            StreamsMember holder = holderId.equals(member.id()) ? null : roster.member(holderId);
            if (holder == null) {
                continue;
            }
            Holding held = holder.holding();
            if (role == TaskRole.ACTIVE && held.runs(task.subtopologyId(), task.partition())) {
                return false;
            }
            boolean sameProcess = holder.profile().processId().equals(member.profile().processId());
            if (sameProcess && held.owns(task.subtopologyId(), task.partition())) {
                return false;
            }
        }
        return true;
    }

    /** The member after its next step towards its target; nothing is recorded. */
    StreamsMember reconciled(StreamsMember member, Tasks target, @Nullable Tasks owned) {
        Holding next =
                new Reconciliation(
                                target,
                                targetEpoch(),
                                owned,
                                (role, task) -> isFreeFor(member, role, task))
                        .next(member.holding());
        return member.with(next);
    }
}
