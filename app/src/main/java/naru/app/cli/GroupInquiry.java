package naru.app.cli;

import naru.app.explain.GroupFacts;
import naru.app.explain.PartitionFacts;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks a cluster about groups: two looks at each, so that one sees what moves. */
final class GroupInquiry {
    private final Admin admin;
    private final Connection connection;
    private final long apartMillis;

    /**
     * @param apartMillis time between the looks; 0 for one look only
     */
    GroupInquiry(Admin admin, Connection connection, long apartMillis) {
        this.admin = admin;
        this.connection = connection;
        this.apartMillis = apartMillis;
    }

    private record Look(
            Map<TopicPartition, Long> committed,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> stableEnds,
            long atNanos) {}

    GroupFacts ask(String group) {
        GroupDetail detail = GroupDetail.gather(admin, group);
        Set<TopicPartition> partitions = new TreeSet<>(GroupDetail.BY_PARTITION);
        detail.places()
                .forEach(place ->
                        partitions.add(new TopicPartition(place.topic(), place.partition())));
        boolean isShare = detail.type().equals("share");
        Look first = look(partitions, isShare ? places(detail) : commits(group));
        long nowMillis = System.currentTimeMillis();
        Map<TopicPartition, Long> waiting = WaitingRecords.timestamps(connection, behind(first));
        Look second = first;
        if (apartMillis > 0 && !behind(first).isEmpty()) {
            pause(first);
            second =
                    look(
                            partitions,
                            isShare ? places(GroupDetail.gather(admin, group)) : commits(group));
        }
        List<PartitionFacts> facts = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            facts.add(
                    new PartitionFacts(
                            partition,
                            first.committed().get(partition),
                            first.starts().get(partition),
                            first.ends().get(partition),
                            first.stableEnds().get(partition),
                            second.committed().get(partition),
                            second.ends().get(partition),
                            waiting.get(partition)));
        }
        return new GroupFacts(
                group,
                detail.type(),
                detail.state(),
                null,
                detail.members().stream().map(GroupInquiry::member).toList(),
                facts,
                (second.atNanos() - first.atNanos()) / 1_000_000,
                nowMillis);
    }

    private void pause(Look since) {
        long leftMillis = apartMillis - (System.nanoTime() - since.atNanos()) / 1_000_000;
        CompletableFuture.runAsync(
                        () -> {},
                        CompletableFuture.delayedExecutor(
                                Math.max(0, leftMillis), TimeUnit.MILLISECONDS))
                .join();
    }

    private Map<TopicPartition, Long> commits(String group) {
        Map<TopicPartition, Long> committed = new HashMap<>();
        GroupDetail.committed(admin, group)
                .forEach((partition, offset) -> committed.put(partition, offset.offset()));
        return committed;
    }

    private static Map<TopicPartition, Long> places(GroupDetail detail) {
        Map<TopicPartition, Long> starts = new HashMap<>();
        for (GroupDetail.Place place : detail.places()) {
            @Nullable Long at = place.committed();
            if (at != null) {
                starts.put(new TopicPartition(place.topic(), place.partition()), at);
            }
        }
        return starts;
    }

    private Look look(Collection<TopicPartition> partitions, Map<TopicPartition, Long> committed) {
        return new Look(
                committed,
                TopicDetail.offsets(admin, partitions, OffsetSpec.earliest()),
                TopicDetail.offsets(admin, partitions, OffsetSpec.latest()),
                stableEnds(admin, partitions),
                System.nanoTime());
    }

    /** Last stable offsets of the partitions whose leaders answer. */
    static Map<TopicPartition, Long> stableEnds(
            Admin admin, Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, OffsetSpec.latest()));
        var result =
                admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (TopicPartition partition : partitions) {
            var found = ClusterCommand.awaitOrNull(result.partitionResult(partition));
            if (found != null) {
                ends.put(partition, found.offset());
            }
        }
        return ends;
    }

    private static Map<TopicPartition, Long> behind(Look look) {
        Map<TopicPartition, Long> behind = new HashMap<>();
        look.committed()
                .forEach((partition, at) -> {
                    @Nullable Long start = look.starts().get(partition);
                    @Nullable Long end = look.ends().get(partition);
                    if (start != null && end != null && at >= start && at < end) {
                        behind.put(partition, at);
                    }
                });
        return behind;
    }

    private static GroupFacts.Member member(GroupMember member) {
        @Nullable List<GroupMember.Part> target = member.target();
        return new GroupFacts.Member(
                member.member(),
                member.client(),
                member.host(),
                GroupMember.set(member.partitions()),
                target == null ? null : GroupMember.set(target),
                member.epoch());
    }
}
