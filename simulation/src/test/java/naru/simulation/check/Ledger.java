package naru.simulation.check;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All records that were ever sent, where they were said to stand, and where they were seen. Every
 * value is sent by one writer to one partition as one record, so each may stand in one place only.
 */
public final class Ledger {
    /** A record as a reader sees it. A null value is a tombstone. */
    public record Seen(long offset, @Nullable String key, @Nullable String value) {}

    private static final class Sent {
        final TopicPartition partition;
        final @Nullable String key;
        final @Nullable Transaction transaction;
        long offset = -1;
        boolean acknowledged;
        boolean seen;

        Sent(TopicPartition partition, @Nullable String key, @Nullable Transaction transaction) {
            this.partition = partition;
            this.key = key;
            this.transaction = transaction;
        }
    }

    private final Map<String, Sent> records = new LinkedHashMap<>();
    private final Map<TopicPartition, TreeMap<Long, String>> places = new HashMap<>();
    private final Map<TopicPartition, TreeMap<Long, Long>> holes = new HashMap<>();
    private final Set<TopicPartition> compacted = new HashSet<>();

    /** The partition keeps the last record of each key only. */
    public void compacts(TopicPartition partition) {
        compacted.add(partition);
    }

    public void sent(
            TopicPartition partition,
            @Nullable String key,
            String value,
            @Nullable Transaction transaction) {
        records.putIfAbsent(value, new Sent(partition, key, transaction));
    }

    /** The records were said to stand from this offset on. */
    public void acknowledged(TopicPartition partition, long baseOffset, List<String> values) {
        if (baseOffset < 0) {
            throw new Violation(partition + ": " + values + " acknowledged without an offset");
        }
        for (int i = 0; i < values.size(); i++) {
            place(partition, baseOffset + i, values.get(i)).acknowledged = true;
        }
    }

    private Sent place(TopicPartition partition, long offset, String value) {
        Sent record = records.get(value);
        if (record == null || !record.partition.equals(partition)) {
            throw new Violation(partition + " has " + value + ", which nobody sent there");
        }
        if (record.offset >= 0 && record.offset != offset) {
            throw new Violation(
                    "%s has %s at %d and at %d".formatted(partition, value, record.offset, offset));
        }
        TreeMap<Long, String> there = places.computeIfAbsent(partition, any -> new TreeMap<>());
        String before = there.putIfAbsent(offset, value);
        if (before != null && !before.equals(value)) {
            throw new Violation(
                    "%s has %s at %d, where %s was".formatted(partition, value, offset, before));
        }
        record.offset = offset;
        return record;
    }

    /** A reader saw the record. */
    public void seen(TopicPartition partition, Seen seen, boolean committedOnly) {
        if (seen.value == null) {
            return;
        }
        Sent record = place(partition, seen.offset, seen.value);
        record.seen = true;
        Transaction transaction = record.transaction;
        if (committedOnly && transaction != null && !transaction.mayBeSeen()) {
            throw new Violation(
                    "%s shows %s at %d to who reads committed records: %s"
                            .formatted(partition, seen.value, seen.offset, transaction));
        }
    }

    /**
     * All that a partition has now, as who reads everything sees it: nothing that was acknowledged
     * or seen is missing, and what one writer sent stands in its order.
     */
    public void complete(TopicPartition partition, long logStart, List<Seen> all) {
        Map<String, Long> lastOfWriter = new HashMap<>();
        Set<String> present = new HashSet<>();
        for (Seen seen : all) {
            if (seen.value != null) {
                place(partition, seen.offset, seen.value);
                present.add(seen.value);
                String writer = seen.value.substring(0, seen.value.indexOf(':'));
                long number = Long.parseLong(seen.value.substring(writer.length() + 1));
                Long before = lastOfWriter.put(writer, number);
                if (before != null && before >= number) {
                    throw new Violation(partition + ": " + seen.value + " stands behind " + before);
                }
            }
        }
        if (!compacted.contains(partition)) {
            records.forEach((value, record) -> {
                if (record.partition.equals(partition)
                        && (record.acknowledged || record.seen)
                        && record.offset >= logStart
                        && !present.contains(value)) {
                    throw new Violation(
                            "%s has lost %s, acknowledged or seen at %d"
                                    .formatted(partition, value, record.offset));
                }
            });
        } else {
            lastOfEachKey(partition, all);
        }
    }

    private void lastOfEachKey(TopicPartition partition, List<Seen> all) {
        Map<String, Long> lasts = new HashMap<>();
        for (Seen seen : all) {
            lasts.put(String.valueOf(seen.key), seen.offset);
        }
        records.forEach((value, record) -> {
            if (record.partition.equals(partition)
                    && record.acknowledged
                    && (record.transaction == null
                            || record.transaction.fate() == Transaction.Fate.COMMITTED)
                    && lasts.getOrDefault(String.valueOf(record.key), -1L) < record.offset) {
                throw new Violation(
                        "%s has lost %s, acknowledged at %d, and nothing newer of its key %s"
                                .formatted(partition, value, record.offset, record.key));
            }
        });
    }

    /**
     * All that the partitions have now, as who reads committed records sees it, when every
     * transaction is decided: each is there as a whole or not at all.
     */
    public void atomic(Map<TopicPartition, Set<String>> committed, Set<Transaction> visible) {
        records.forEach((value, record) -> {
            Transaction transaction = record.transaction;
            Set<String> there = committed.get(record.partition);
            if (!record.acknowledged || there == null || compacted.contains(record.partition)) {
                return;
            }
            boolean mustBe =
                    transaction == null
                            || transaction.fate() == Transaction.Fate.COMMITTED
                            || visible.contains(transaction);
            if (mustBe != there.contains(value)) {
                throw new Violation(
                        "%s %s %s, acknowledged at %d, of %s"
                                .formatted(
                                        record.partition,
                                        mustBe ? "does not show" : "shows",
                                        value,
                                        record.offset,
                                        transaction));
            }
        });
    }

    public @Nullable Transaction transactionOf(String value) {
        Sent record = records.get(value);
        return record == null ? null : record.transaction;
    }

    /** A power cut took what was not forced. */
    public void forget(TopicPartition partition, long from, long to) {
        TreeMap<Long, String> there = places.get(partition);
        if (there != null) {
            Map<Long, String> lost = there.subMap(from, to);
            for (String value : new ArrayList<>(lost.values())) {
                records.remove(value);
            }
            lost.clear();
        }
    }

    /** A power cut took what was not forced, and what follows it has survived. */
    public void forgetHole(TopicPartition partition, long from, long to) {
        forget(partition, from, to);
        holes.computeIfAbsent(partition, p -> new TreeMap<>()).merge(from, to, Math::max);
    }

    /** The logs are about to be looked at anew. */
    public void forgetHoles() {
        holes.clear();
    }

    /** Where a reader goes on who finds nothing at the offset. */
    public long behindHole(TopicPartition partition, long offset) {
        TreeMap<Long, Long> known = holes.get(partition);
        Map.Entry<Long, Long> hole = known == null ? null : known.floorEntry(offset);
        return hole == null ? offset : Math.max(offset, hole.getValue());
    }

    /** How many records were acknowledged. */
    public long acknowledgedCount() {
        return records.values().stream().filter(record -> record.acknowledged).count();
    }
}
