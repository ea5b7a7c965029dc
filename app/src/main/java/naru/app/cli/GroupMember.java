package naru.app.cli;

import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.ShareMemberDescription;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A member of a group and what it reads; in the JSON of {@code groups describe}.
 *
 * @param member its instance id or else its member id
 * @param epoch the assignment that it has taken over; null in the classic protocol
 * @param target what it is to read in the end, or null when that is not told
 */
record GroupMember(
        String member,
        String client,
        String host,
        @Nullable Integer epoch,
        List<Part> partitions,
        @Nullable List<Part> target) {

    record Part(String topic, int partition) {
        static List<Part> of(Collection<TopicPartition> partitions) {
            return partitions.stream()
                    .sorted(GroupDetail.BY_PARTITION)
                    .map(each -> new Part(each.topic(), each.partition()))
                    .toList();
        }
    }

    static GroupMember of(MemberDescription member) {
        return new GroupMember(
                member.groupInstanceId().orElse(member.consumerId()),
                member.clientId(),
                member.host(),
                member.memberEpoch().orElse(null),
                Part.of(member.assignment().topicPartitions()),
                member.targetAssignment()
                        .map(target -> Part.of(target.topicPartitions()))
                        .orElse(null));
    }

    static GroupMember of(ShareMemberDescription member) {
        return new GroupMember(
                member.consumerId(),
                member.clientId(),
                member.host(),
                member.memberEpoch(),
                Part.of(member.assignment().topicPartitions()),
                null);
    }

    static GroupMember of(StreamsGroupDescription group, StreamsGroupMemberDescription member) {
        return new GroupMember(
                member.memberId(),
                member.clientId(),
                member.clientHost(),
                member.memberEpoch(),
                Part.of(StreamsGroupTasks.reads(group, member.assignment())),
                Part.of(StreamsGroupTasks.reads(group, member.targetAssignment())));
    }

    static Set<TopicPartition> set(List<Part> parts) {
        return parts.stream()
                .map(part -> new TopicPartition(part.topic(), part.partition()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** As {@code orders:0,1 payments:3}; a dash for none. */
    private String reads() {
        Map<String, TreeSet<Integer>> byTopic = new TreeMap<>();
        partitions.forEach(part ->
                byTopic.computeIfAbsent(part.topic(), any -> new TreeSet<>())
                        .add(part.partition()));
        String text =
                byTopic.entrySet().stream()
                        .map(entry ->
                                entry.getKey()
                                        + ":"
                                        + entry.getValue().stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining(",")))
                        .collect(Collectors.joining(" "));
        return text.isEmpty() ? "-" : text;
    }

    static void print(List<GroupMember> members, Terminal terminal) {
        Table table = new Table().text("READS").text("CLIENT").text("HOST").text("MEMBER");
        members.forEach(each ->
                table.row(each.reads(), each.client(), address(each.host()), each.member()));
        table.print(terminal.out(), terminal.paint());
    }

    /** Brokers tell a host with a slash before its address. */
    static String address(String host) {
        return host.startsWith("/") ? host.substring(1) : host;
    }
}
