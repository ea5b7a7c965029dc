package naru.app.cli;

import naru.app.terminal.Amounts;
import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ClassicGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A group with its members and its place in each partition; the JSON of groups describe.
 *
 * @param epoch of groups of the newer protocols, which rises with every change; null for others
 * @param assignmentEpoch the epoch that the present assignment is for; less than the group's while
 *     one is still to be computed
 * @param members empty for groups of others than consumers, whose members read no partitions
 * @param tasks of streams groups, by member; null for others
 */
record GroupDetail(
        String group,
        String type,
        String state,
        @Nullable String assignor,
        @Nullable Integer coordinator,
        @Nullable Integer epoch,
        @Nullable Integer assignmentEpoch,
        int memberCount,
        @Nullable Long totalLag,
        List<Place> places,
        List<GroupMember> members,
        @Nullable List<StreamsGroupTasks> tasks) {

    /**
     * One partition of the group.
     *
     * @param committed where the group goes on, or null when it has not said so yet
     * @param lag records between there and the end
     */
    record Place(
            String topic,
            int partition,
            @Nullable Long committed,
            @Nullable Long end,
            @Nullable Long lag,
            @Nullable String member,
            @Nullable String client,
            @Nullable String host) {
        /** A share group has settled records beyond the place from which it goes on. */
        Place withLag(@Nullable Long known) {
            return known == null
                    ? this
                    : new Place(topic, partition, committed, end, known, member, client, host);
        }
    }

    static final Comparator<TopicPartition> BY_PARTITION =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    static GroupDetail gather(Admin admin, String group) {
        GroupType type = typeOf(admin, group);
        if (type == GroupType.SHARE) {
            return ofShareGroup(admin, group);
        }
        if (type == GroupType.STREAMS) {
            return ofStreamsGroup(admin, group);
        }
        try {
            return ofConsumerGroup(admin, group);
        } catch (IllegalArgumentException notOfConsumers) {
            return ofClassicGroup(admin, group);
        }
    }

    private static GroupType typeOf(Admin admin, String group) {
        for (GroupListing listed : ClusterCommand.await(admin.listGroups().valid())) {
            if (listed.groupId().equals(group)) {
                return listed.type().orElse(GroupType.UNKNOWN);
            }
        }
        throw new GroupIdNotFoundException(group);
    }

    private static GroupDetail ofConsumerGroup(Admin admin, String group) {
        ConsumerGroupDescription found =
                ClusterCommand.await(
                        admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
        List<GroupMember> members = found.members().stream().map(GroupMember::of).toList();
        List<Place> places = places(admin, members, committedOffsets(admin, group));
        return new GroupDetail(
                group,
                Groups.lower(found.type().toString()),
                Groups.lower(found.groupState().toString()),
                found.partitionAssignor().isEmpty() ? null : found.partitionAssignor(),
                found.coordinator() == null ? null : (Integer) found.coordinator().id(),
                found.groupEpoch().orElse(null),
                found.targetAssignmentEpoch().orElse(null),
                members.size(),
                totalLag(places),
                places,
                members,
                null);
    }

    /** Groups of others than consumers, Connect's workers for one. */
    private static GroupDetail ofClassicGroup(Admin admin, String group) {
        ClassicGroupDescription found =
                ClusterCommand.await(
                        admin.describeClassicGroups(List.of(group)).describedGroups().get(group));
        List<Place> places = places(admin, List.of(), committedOffsets(admin, group));
        return new GroupDetail(
                group,
                "classic, protocol " + found.protocol(),
                Groups.lower(found.state().toString()),
                null,
                found.coordinator() == null ? null : (Integer) found.coordinator().id(),
                null,
                null,
                found.members().size(),
                totalLag(places),
                places,
                List.of(),
                null);
    }

    private static GroupDetail ofStreamsGroup(Admin admin, String group) {
        StreamsGroupDescription found =
                ClusterCommand.await(
                        admin.describeStreamsGroups(List.of(group)).describedGroups().get(group));
        List<GroupMember> members =
                found.members().stream().map(member -> GroupMember.of(found, member)).toList();
        List<Place> places = places(admin, members, committedOffsets(admin, group));
        return new GroupDetail(
                group,
                "streams",
                Groups.lower(found.groupState().toString()),
                null,
                found.coordinator() == null ? null : (Integer) found.coordinator().id(),
                found.groupEpoch(),
                found.targetAssignmentEpoch(),
                members.size(),
                totalLag(places),
                places,
                members,
                StreamsGroupTasks.of(found));
    }

    private static GroupDetail ofShareGroup(Admin admin, String group) {
        ShareGroupDescription found =
                ClusterCommand.await(
                        admin.describeShareGroups(List.of(group)).describedGroups().get(group));
        Map<TopicPartition, Long> starts = new HashMap<>();
        Map<TopicPartition, Long> lags = new HashMap<>();
        var offsets =
                ClusterCommand.await(
                        admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                                .partitionsToOffsetInfo(group));
        offsets.forEach((partition, info) -> {
            if (info != null && info.startOffset() >= 0) {
                starts.put(partition, info.startOffset());
                info.lag().ifPresent(lag -> lags.put(partition, lag));
            }
        });
        List<Place> places =
                places(admin, List.of(), starts).stream()
                        .map(place ->
                                place.withLag(
                                        lags.get(
                                                new TopicPartition(
                                                        place.topic(), place.partition()))))
                        .toList();
        return new GroupDetail(
                group,
                "share",
                Groups.lower(found.groupState().toString()),
                null,
                found.coordinator() == null ? null : (Integer) found.coordinator().id(),
                found.groupEpoch(),
                found.targetAssignmentEpoch(),
                found.members().size(),
                totalLag(places),
                places,
                found.members().stream().map(GroupMember::of).toList(),
                null);
    }

    static boolean isShareGroup(Admin admin, String group) {
        return ClusterCommand.await(admin.listGroups().valid()).stream()
                .anyMatch(listed ->
                        listed.groupId().equals(group)
                                && listed.type().equals(Optional.of(GroupType.SHARE)));
    }

    /** Where a share group goes on. */
    static Map<TopicPartition, OffsetAndMetadata> startOffsets(Admin admin, String group) {
        Map<TopicPartition, OffsetAndMetadata> starts = new HashMap<>();
        for (Place place : ofShareGroup(admin, group).places()) {
            @Nullable Long at = place.committed();
            if (at != null && at >= 0) {
                starts.put(
                        new TopicPartition(place.topic(), place.partition()),
                        new OffsetAndMetadata(at));
            }
        }
        return starts;
    }

    /** The group's committed offsets; partitions without one are left out. */
    static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        ClusterCommand.await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset);
                    }
                });
        return committed;
    }

    private static Map<TopicPartition, Long> committedOffsets(Admin admin, String group) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        committed(admin, group)
                .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }

    private static List<Place> places(
            Admin admin, List<GroupMember> members, Map<TopicPartition, Long> committed) {
        Map<TopicPartition, GroupMember> owners = new HashMap<>();
        for (GroupMember member : members) {
            GroupMember.set(member.partitions())
                    .forEach(partition -> owners.put(partition, member));
        }
        TreeSet<TopicPartition> all = new TreeSet<>(BY_PARTITION);
        all.addAll(committed.keySet());
        all.addAll(owners.keySet());
        Map<TopicPartition, Long> ends = TopicDetail.offsets(admin, all, OffsetSpec.latest());
        List<Place> places = new ArrayList<>();
        for (TopicPartition partition : all) {
            @Nullable Long at = committed.get(partition);
            @Nullable Long end = ends.get(partition);
            Optional<GroupMember> owner = Optional.ofNullable(owners.get(partition));
            places.add(
                    new Place(
                            partition.topic(),
                            partition.partition(),
                            at,
                            end,
                            at == null || end == null ? null : (Long) Math.max(0, end - at),
                            owner.map(GroupMember::member).orElse(null),
                            owner.map(GroupMember::client).orElse(null),
                            owner.map(GroupMember::host).orElse(null)));
        }
        return places;
    }

    private static @Nullable Long totalLag(List<Place> places) {
        long total = 0;
        boolean known = false;
        for (Place place : places) {
            @Nullable Long lag = place.lag();
            total += lag == null ? 0 : lag;
            known |= lag != null;
        }
        return known ? (Long) total : null;
    }

    void print(Terminal terminal) {
        var out = terminal.out();
        out.println(terminal.paint().bold(PlainText.of(group)) + "  " + type + ", " + state);
        out.println(
                Amounts.plural(memberCount, "member")
                        + (assignor == null ? "" : ", assignor " + PlainText.of(assignor))
                        + (coordinator == null ? "" : ", coordinator " + coordinator)
                        + (epoch == null ? "" : ", epoch " + epochs())
                        + (totalLag == null ? "" : ", lag " + Amounts.count(totalLag)));
        if (type.equals("share")) {
            printShared(terminal);
        } else {
            printPlaces(terminal);
        }
        if (tasks != null) {
            StreamsGroupTasks.print(tasks, terminal);
        }
        out.println();
    }

    /** Any member of a share group may be given any of a partition's records. */
    private void printShared(Terminal terminal) {
        Table table =
                new Table()
                        .text("TOPIC")
                        .number("PARTITION")
                        .number("GOES ON AT")
                        .number("END")
                        .number("LAG");
        for (Place place : places) {
            table.row(
                    place.topic(),
                    place.partition(),
                    shown(place.committed()),
                    shown(place.end()),
                    shown(place.lag()));
        }
        print(table, terminal);
        if (!members.isEmpty()) {
            GroupMember.print(members, terminal);
        }
    }

    private void printPlaces(Terminal terminal) {
        Table table =
                new Table()
                        .text("TOPIC")
                        .number("PARTITION")
                        .number("COMMITTED")
                        .number("END")
                        .number("LAG")
                        .text("CLIENT")
                        .text("HOST")
                        .text("MEMBER");
        for (Place place : places) {
            @Nullable String host = place.host();
            table.row(
                    place.topic(),
                    place.partition(),
                    shown(place.committed()),
                    shown(place.end()),
                    shown(place.lag()),
                    shown(place.client()),
                    shown(host == null ? null : GroupMember.address(host)),
                    shown(place.member()));
        }
        print(table, terminal);
        List<GroupMember> idle =
                members.stream().filter(member -> member.partitions().isEmpty()).toList();
        if (tasks == null && !idle.isEmpty()) {
            GroupMember.print(idle, terminal);
        }
    }

    private static void print(Table table, Terminal terminal) {
        if (!table.isEmpty()) {
            table.print(terminal.out(), terminal.paint());
        }
    }

    private String epochs() {
        boolean assigned = Objects.equals(epoch, assignmentEpoch);
        return epoch + (assigned ? "" : ", assigned up to " + assignmentEpoch);
    }

    private static Object shown(@Nullable Object value) {
        return value == null ? "-" : value;
    }
}
