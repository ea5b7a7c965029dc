package naru.testkit.faults;

import naru.testkit.faults.ReplicaLog.Batch;
import naru.testkit.faults.ReplicaLog.Stored;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/**
 * Compares what clients were told with what is stored, when the cluster is whole and at rest. It
 * collects every contradiction as a sentence. Knows nothing of faults.
 */
final class Examination {
    private static final int MOST_FOR_EACH = 20;

    private final History history;
    private final List<String> contradictions = new ArrayList<>();
    private final Map<String, Integer> counts = new HashMap<>();

    Examination(History history) {
        this.history = history;
    }

    List<String> contradictions() {
        List<String> all = new ArrayList<>(history.complaints());
        all.addAll(contradictions);
        return all;
    }

    private void complain(String kind, String what) {
        if (counts.merge(kind, 1, Integer::sum) <= MOST_FOR_EACH) {
            contradictions.add(what);
        }
    }

    /** The first difference between two replicas, or null when they are the same. */
    static @Nullable String difference(ReplicaLog one, ReplicaLog other) {
        int both = Math.min(one.batches().size(), other.batches().size());
        for (int i = 0; i < both; i++) {
            Batch left = one.batches().get(i);
            Batch right = other.batches().get(i);
            if (!left.identity().equals(right.identity())) {
                return left.identity() + " against " + right.identity();
            }
        }
        return one.end() == other.end()
                ? null
                : "one ends at " + one.end() + ", the other at " + other.end();
    }

    /** Offsets ascend without a gap, leader epochs never fall. */
    void order(String where, ReplicaLog log) {
        long next = 0;
        int epoch = 0;
        for (Batch batch : log.batches()) {
            if (batch.baseOffset() != next) {
                complain(
                        "order",
                        "%s: %d follows %d".formatted(where, batch.baseOffset(), next - 1));
            }
            if (batch.leaderEpoch() < epoch) {
                complain(
                        "order",
                        "%s: at %d the leader epoch falls from %d to %d"
                                .formatted(where, batch.baseOffset(), epoch, batch.leaderEpoch()));
            }
            next = batch.lastOffset() + 1;
            epoch = batch.leaderEpoch();
        }
    }

    /** All that was acknowledged or read is there, in its place. */
    void told(TopicPartition partition, List<Stored> stored) {
        Map<Long, String> there = new HashMap<>();
        stored.forEach(record -> there.put(record.offset(), record.value()));
        compare(partition, "acknowledged", history.acknowledged(partition), there);
        compare(partition, "read", history.seen(partition), there);
    }

    private void compare(
            TopicPartition partition,
            String kind,
            NavigableMap<Long, String> told,
            Map<Long, String> there) {
        told.forEach((offset, value) -> {
            String found = there.get(offset);
            if (!value.equals(found)) {
                complain(
                        kind,
                        "%s@%d: %s was %s, and %s is there"
                                .formatted(
                                        partition,
                                        offset,
                                        value,
                                        kind,
                                        found == null ? "nothing" : found));
            }
        });
    }

    /** What each writer has counted is there once and in its order; gaps were refused. */
    void counted(TopicPartition partition, List<Stored> stored) {
        Map<String, Integer> last = new HashMap<>();
        for (Stored record : stored) {
            String[] parts = record.value().split("/", -1);
            int count = Integer.parseInt(parts[2]);
            Integer before = last.put(parts[0], count);
            if (before != null && before >= count) {
                complain(
                        "order",
                        "%s@%d: %s follows the %d of its writer"
                                .formatted(partition, record.offset(), record.value(), before));
            }
        }
    }

    /**
     * Every record was copied once, in its order, and of each transaction all or nothing is
     * committed.
     */
    void copied(
            Map<TopicPartition, List<Stored>> originals, Map<TopicPartition, List<Stored>> copies) {
        Set<String> expected = new HashSet<>();
        originals.forEach((partition, stored) ->
                stored.forEach(record ->
                        expected.add(
                                source(partition.partition(), record.offset(), record.value()))));
        Set<String> found = new HashSet<>();
        Map<String, Integer> missing = new HashMap<>();
        copies.forEach((partition, stored) -> {
            Map<Integer, Long> last = new HashMap<>();
            for (Stored record : stored) {
                Copy copy = Copy.of(record.value());
                if (!found.add(source(copy.partition(), copy.offset(), copy.value()))) {
                    complain(
                            "twice",
                            "%s@%d is there twice: %s".formatted(partition, record.offset(), copy));
                }
                missing.merge(copy.transaction(), copy.size() - 1, (left, size) -> left - 1);
                Long before = last.put(copy.partition(), copy.offset());
                if (before != null && before >= copy.offset()) {
                    complain(
                            "order",
                            "%s@%d: %s was copied after offset %d"
                                    .formatted(partition, record.offset(), copy, before));
                }
            }
        });
        missing.forEach((transaction, left) -> {
            if (left != 0) {
                complain(
                        "atomic",
                        "of the transaction %s, %d records lack".formatted(transaction, left));
            }
        });
        for (String record : expected) {
            if (!found.contains(record)) {
                complain("uncopied", "%s was not copied".formatted(record));
            }
        }
        for (String copy : found) {
            if (!expected.contains(copy)) {
                complain("invented", "%s was copied and is not there".formatted(copy));
            }
        }
    }

    private static String source(int partition, long offset, String value) {
        return partition + "@" + offset + "=" + value;
    }
}
