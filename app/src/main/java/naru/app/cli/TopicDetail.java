package naru.app.cli;

import naru.app.terminal.Amounts;
import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * All that a person asks of one topic; the JSON of {@code topics describe}. What the cluster does
 * not tell us (offsets of a partition without leader, sizes without the right to see them) is null.
 */
record TopicDetail(
        String name,
        String id,
        boolean internal,
        int partitionCount,
        int replicationFactor,
        Map<String, String> configs,
        List<Partition> partitions) {

    /** One partition; {@code sizeBytes} is that of its largest replica. */
    record Partition(
            int partition,
            @Nullable Integer leader,
            List<Integer> replicas,
            List<Integer> isr,
            @Nullable Long startOffset,
            @Nullable Long endOffset,
            @Nullable Long sizeBytes) {}

    static TopicDetail gather(Admin admin, TopicDescription topic) {
        List<TopicPartition> ids = new ArrayList<>();
        topic.partitions()
                .forEach(info -> ids.add(new TopicPartition(topic.name(), info.partition())));
        Map<TopicPartition, Long> starts = offsets(admin, ids, OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = offsets(admin, ids, OffsetSpec.latest());
        Map<TopicPartition, Long> sizes = sizes(admin, topic);
        List<Partition> partitions = new ArrayList<>();
        for (TopicPartitionInfo info : topic.partitions()) {
            TopicPartition id = new TopicPartition(topic.name(), info.partition());
            @Nullable Node leader = info.leader();
            partitions.add(
                    new Partition(
                            info.partition(),
                            leader == null ? null : (Integer) leader.id(),
                            info.replicas().stream().map(Node::id).toList(),
                            info.isr().stream().map(Node::id).toList(),
                            starts.get(id),
                            ends.get(id),
                            sizes.get(id)));
        }
        Topics.Row row = Topics.Row.of(topic);
        return new TopicDetail(
                row.name(),
                row.id(),
                row.internal(),
                row.partitions(),
                row.replicationFactor(),
                ownConfigs(admin, topic.name()),
                partitions);
    }

    /** Offsets of those partitions that have any to tell. */
    static Map<TopicPartition, Long> offsets(
            Admin admin, Collection<TopicPartition> partitions, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, which));
        var result = admin.listOffsets(wanted);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            var found = ClusterCommand.awaitOrNull(result.partitionResult(partition));
            if (found != null) {
                offsets.put(partition, found.offset());
            }
        }
        return offsets;
    }

    private static Map<TopicPartition, Long> sizes(Admin admin, TopicDescription topic) {
        TreeSet<Integer> brokers = new TreeSet<>();
        topic.partitions().forEach(info -> info.replicas().forEach(node -> brokers.add(node.id())));
        Map<TopicPartition, Long> sizes = new HashMap<>();
        for (var answer : admin.describeLogDirs(brokers).descriptions().values()) {
            @Nullable Map<String, LogDirDescription> folders = ClusterCommand.awaitOrNull(answer);
            if (folders == null) {
                continue;
            }
            for (LogDirDescription folder : folders.values()) {
                folder.replicaInfos()
                        .forEach((id, replica) -> sizes.merge(id, replica.size(), Math::max));
            }
        }
        return sizes;
    }

    private static Map<String, String> ownConfigs(Admin admin, String topic) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var config =
                ClusterCommand.awaitOrNull(
                        admin.describeConfigs(List.of(resource)).values().get(resource));
        Map<String, String> own = new TreeMap<>();
        if (config != null) {
            for (ConfigEntry entry : config.entries()) {
                if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                    own.put(entry.name(), Configs.shown(entry));
                }
            }
        }
        return own;
    }

    void print(Terminal terminal) {
        PrintStream out = terminal.out();
        out.println(terminal.paint().bold(PlainText.of(name)) + "  " + terminal.paint().faint(id));
        out.println(
                Amounts.plural(partitionCount, "partition")
                        + ", replication factor "
                        + replicationFactor
                        + total(Partition::sizeBytes, Amounts::bytes));
        configs.forEach((key, value) -> out.println("  " + PlainText.of(key + "=" + value)));
        Table table =
                new Table()
                        .number("PARTITION")
                        .number("LEADER")
                        .text("REPLICAS")
                        .text("IN SYNC")
                        .number("START")
                        .number("END")
                        .number("SIZE");
        for (Partition partition : partitions) {
            @Nullable Long size = partition.sizeBytes();
            table.row(
                    partition.partition(),
                    shown(partition.leader(), "none"),
                    ids(partition.replicas()),
                    ids(partition.isr()),
                    shown(partition.startOffset(), "-"),
                    shown(partition.endOffset(), "-"),
                    size == null ? "-" : Amounts.bytes(size));
        }
        table.print(out, terminal.paint());
        out.println();
    }

    private String total(Function<Partition, @Nullable Long> part, Function<Long, String> asText) {
        long sum = 0;
        for (Partition partition : partitions) {
            @Nullable Long value = part.apply(partition);
            if (value == null) {
                return "";
            }
            sum += value;
        }
        return ", " + asText.apply(sum);
    }

    private static Object shown(@Nullable Object value, String otherwise) {
        return value == null ? otherwise : value;
    }

    private static String ids(List<Integer> nodes) {
        return String.join(",", nodes.stream().map(String::valueOf).toList());
    }
}
