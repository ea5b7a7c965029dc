package naru.app.cli;

import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.clients.admin.StreamsGroupSubtopologyDescription;
import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What one member of a streams group does; tasks are named by subtopology and partition, as {@code
 * 0_3}.
 *
 * @param process members of one process share its folder of state
 * @param epoch up to which the member follows the group
 */
record StreamsGroupTasks(
        String member,
        String process,
        String client,
        String host,
        int epoch,
        List<String> active,
        List<String> standby,
        List<String> warmup) {

    static List<StreamsGroupTasks> of(StreamsGroupDescription group) {
        return group.members().stream().map(StreamsGroupTasks::of).toList();
    }

    private static StreamsGroupTasks of(StreamsGroupMemberDescription member) {
        StreamsGroupMemberAssignment assignment = member.assignment();
        return new StreamsGroupTasks(
                member.memberId(),
                member.processId(),
                member.clientId(),
                member.clientHost(),
                member.memberEpoch(),
                names(assignment.activeTasks()),
                names(assignment.standbyTasks()),
                names(assignment.warmupTasks()));
    }

    private static List<String> names(List<StreamsGroupMemberAssignment.TaskIds> tasks) {
        List<String> names = new ArrayList<>();
        for (StreamsGroupMemberAssignment.TaskIds each : tasks) {
            new TreeSet<>(each.partitions())
                    .forEach(partition -> names.add(each.subtopologyId() + "_" + partition));
        }
        return names;
    }

    /** Partitions that are read for the active tasks. */
    static Collection<TopicPartition> reads(
            StreamsGroupDescription group, StreamsGroupMemberAssignment assignment) {
        Map<String, StreamsGroupSubtopologyDescription> subtopologies = new HashMap<>();
        group.subtopologies().forEach(each -> subtopologies.put(each.subtopologyId(), each));
        List<TopicPartition> reads = new ArrayList<>();
        for (StreamsGroupMemberAssignment.TaskIds task : assignment.activeTasks()) {
            StreamsGroupSubtopologyDescription subtopology =
                    subtopologies.get(task.subtopologyId());
            if (subtopology != null) {
                List<String> topics = new ArrayList<>(subtopology.sourceTopics());
                topics.addAll(subtopology.repartitionSourceTopics().keySet());
                for (String topic : topics) {
                    task.partitions().forEach(index -> reads.add(new TopicPartition(topic, index)));
                }
            }
        }
        return reads;
    }

    static void print(List<StreamsGroupTasks> members, Terminal terminal) {
        Table table =
                new Table()
                        .text("ACTIVE")
                        .text("STANDBY")
                        .text("WARMUP")
                        .number("EPOCH")
                        .text("CLIENT")
                        .text("HOST")
                        .text("MEMBER");
        for (StreamsGroupTasks member : members) {
            table.row(
                    shown(member.active()),
                    shown(member.standby()),
                    shown(member.warmup()),
                    member.epoch(),
                    member.client(),
                    GroupMember.address(member.host()),
                    member.member());
        }
        if (!table.isEmpty()) {
            table.print(terminal.out(), terminal.paint());
        }
    }

    private static String shown(List<String> tasks) {
        return tasks.isEmpty() ? "-" : String.join(" ", tasks);
    }
}
