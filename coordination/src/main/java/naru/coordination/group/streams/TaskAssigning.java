package naru.coordination.group.streams;

import naru.coordination.group.modern.TopicsHash;

import org.apache.kafka.coordinator.group.streams.TopologyMetadata;
import org.apache.kafka.coordinator.group.streams.assignor.AssignmentMemberSpec;
import org.apache.kafka.coordinator.group.streams.assignor.GroupSpecImpl;
import org.apache.kafka.coordinator.group.streams.assignor.MemberAssignment;
import org.apache.kafka.coordinator.group.streams.assignor.StickyTaskAssignor;
import org.apache.kafka.coordinator.group.streams.assignor.TaskAssignor;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Asks Kafka's assignor for the targets of a group. */
final class TaskAssigning {
    private final TaskAssignor assignor = new StickyTaskAssignor();

    /** For each member what it shall have: nothing, while the topology is not ready. */
    Map<String, Tasks> targets(StreamsChange change, Layout layout) {
        Map<String, Tasks> targets = HashMap.newHashMap(change.size());
        if (!layout.isReady()) {
            change.members().forEach(member -> targets.put(member.id(), Tasks.NONE));
            return targets;
        }
        Map<String, AssignmentMemberSpec> candidates =
                LinkedHashMap.newLinkedHashMap(change.size());
        for (StreamsMember member : change.members()) {
            candidates.put(member.id(), candidate(member, change.target(member.id()), layout));
        }
        Map<String, MemberAssignment> assigned =
                assignor.assign(
                                new GroupSpecImpl(
                                        Collections.unmodifiableMap(candidates),
                                        change.assignmentConfig()),
                                new TopologyMetadata(
                                        TopicsHash.image(layout.topics()), layout.subtopologies()))
                        .members();
        for (String memberId : candidates.keySet()) {
            MemberAssignment assignment = assigned.get(memberId);
            targets.put(
                    memberId,
                    assignment == null
                            ? Tasks.NONE
                            : new Tasks(
                                    new TaskIds(assignment.activeTasks()),
                                    new TaskIds(assignment.standbyTasks()),
                                    new TaskIds(assignment.warmupTasks())));
        }
        return targets;
    }

    private static AssignmentMemberSpec candidate(
            StreamsMember member, Tasks present, Layout layout) {
        Profile profile = member.profile();
        return new AssignmentMemberSpec(
                Optional.ofNullable(profile.instanceId()),
                Optional.ofNullable(profile.rackId()),
                existing(present.active(), layout),
                existing(present.standby(), layout),
                existing(present.warmup(), layout),
                profile.processId(),
                profile.tags(),
                Map.of(),
                Map.of());
    }

    /** The assignor takes every task that somebody has for one that there is. */
    private static Map<String, Set<Integer>> existing(TaskIds tasks, Layout layout) {
        Map<String, Set<Integer>> existing = new TreeMap<>();
        tasks.forEach(task -> {
            if (layout.hasTask(task.subtopologyId(), task.partition())) {
                existing.computeIfAbsent(task.subtopologyId(), id -> new TreeSet<>())
                        .add(task.partition());
            }
        });
        return existing;
    }
}
