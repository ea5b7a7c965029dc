package naru.app.explain;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What it means for topics that fewer nodes are left than they have replicas. */
public final class FewerReplicas {
    private FewerReplicas() {}

    /**
     * A topic that loses replicas.
     *
     * @param before most replicas that a partition of it had
     * @param after how many that partition keeps
     * @param minInSync {@code min.insync.replicas}, or null when it is not known
     */
    public record Reduced(String topic, int before, int after, @Nullable Integer minInSync) {
        private boolean needsAll() {
            return minInSync != null && after > 1 && minInSync >= after;
        }
    }

    /**
     * @param nodes that are left
     * @param defaultReplicas {@code default.replication.factor} of those, or null when not known
     */
    public static List<Finding> explain(
            Collection<Reduced> topics, int nodes, @Nullable Integer defaultReplicas) {
        List<Finding> findings = new ArrayList<>();
        Map<String, List<String>> byChange = new TreeMap<>();
        for (Reduced one : topics) {
            byChange.computeIfAbsent(
                            "%s instead of %d"
                                    .formatted(Wording.count(one.after(), "replica"), one.before()),
                            change -> new ArrayList<>())
                    .add(one.topic());
        }
        byChange.forEach((change, names) ->
                findings.add(
                        Finding.notable(
                                "%s %s %s from now on, as no more nodes are left"
                                        .formatted(
                                                Wording.some(names),
                                                Wording.by(names.size(), "has", "have"),
                                                change),
                                null)));
        List<String> single =
                topics.stream().filter(one -> one.after() == 1).map(Reduced::topic).toList();
        if (!single.isEmpty()) {
            findings.add(
                    Finding.notable(
                            "one replica is no copy: what is on a node that is lost, is lost",
                            null));
        }
        List<String> strict =
                topics.stream().filter(Reduced::needsAll).map(Reduced::topic).toList();
        if (!strict.isEmpty()) {
            findings.add(
                    Finding.notable(
                            "%s %s no writes with acks=all while one of the %s is away, because of min.insync.replicas"
                                    .formatted(
                                            Wording.some(strict),
                                            Wording.by(strict.size(), "takes", "take"),
                                            Wording.count(nodes, "node")),
                            "where that is not meant: naru configs set topic "
                                    + strict.getFirst()
                                    + " min.insync.replicas=1"));
        }
        if (defaultReplicas != null && defaultReplicas > nodes) {
            findings.add(
                    Finding.notable(
                            "default.replication.factor is %d: a topic that is made without a number of replicas cannot be placed on %s"
                                    .formatted(defaultReplicas, Wording.count(nodes, "node")),
                            "make topics with -r "
                                    + nodes
                                    + ", or start the nodes with default.replication.factor="
                                    + nodes));
        }
        return findings;
    }

    /** A line for each topic and reason why partitions of it cannot leave a node. */
    public static List<String> obstacles(Map<TopicPartition, String> reasons) {
        Map<String, List<TopicPartition>> grouped = new TreeMap<>();
        reasons.forEach((id, reason) ->
                grouped.computeIfAbsent(id.topic() + "\n" + reason, key -> new ArrayList<>())
                        .add(id));
        List<String> lines = new ArrayList<>();
        grouped.forEach((key, partitions) -> {
            TopicPartition first = partitions.getFirst();
            lines.add(
                    "%s: %s"
                            .formatted(
                                    partitions.size() == 1
                                            ? first.toString()
                                            : "%s (%s)"
                                                    .formatted(
                                                            first.topic(),
                                                            Wording.count(
                                                                    partitions.size(),
                                                                    "partition")),
                                    reasons.get(first)));
        });
        return lines;
    }
}
