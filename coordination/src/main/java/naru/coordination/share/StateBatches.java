package naru.coordination.share;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Lays newer state batches over older ones. */
public final class StateBatches {
    private StateBatches() {}

    /**
     * What holds after the update: in order, without overlaps, nothing below the start offset,
     * neighbours that are alike as one.
     *
     * @param startOffset -1 when it is not known
     */
    public static List<StateBatch> combine(
            List<StateBatch> present, List<StateBatch> update, long startOffset) {
        NavigableMap<Long, StateBatch> byFirst = new TreeMap<>();
        for (StateBatch batch : present) {
            lay(byFirst, batch);
        }
        for (StateBatch batch : update) {
            lay(byFirst, batch);
        }
        List<StateBatch> combined = new ArrayList<>(byFirst.size());
        for (StateBatch batch : byFirst.values()) {
            if (batch.last() >= startOffset) {
                add(combined, batch.within(startOffset, Long.MAX_VALUE));
            }
        }
        return List.copyOf(combined);
    }

    private static void lay(NavigableMap<Long, StateBatch> byFirst, StateBatch newer) {
        Map.Entry<Long, StateBatch> before = byFirst.lowerEntry(newer.first());
        if (before != null && before.getValue().last() >= newer.first()) {
            StateBatch older = before.getValue();
            byFirst.put(older.first(), older.within(older.first(), newer.first() - 1));
            putRest(byFirst, older, newer.last());
        }
        NavigableMap<Long, StateBatch> covered =
                byFirst.subMap(newer.first(), true, newer.last(), true);
        Map.Entry<Long, StateBatch> reaching = covered.lastEntry();
        covered.clear();
        if (reaching != null) {
            putRest(byFirst, reaching.getValue(), newer.last());
        }
        byFirst.put(newer.first(), newer);
    }

    private static void putRest(
            NavigableMap<Long, StateBatch> byFirst, StateBatch older, long last) {
        if (older.last() > last) {
            byFirst.put(last + 1, older.within(last + 1, older.last()));
        }
    }

    private static void add(List<StateBatch> combined, StateBatch next) {
        StateBatch previous = combined.isEmpty() ? null : combined.getLast();
        if (previous != null && previous.last() + 1 == next.first() && previous.isLike(next)) {
            combined.set(
                    combined.size() - 1,
                    new StateBatch(
                            previous.first(),
                            next.last(),
                            previous.state(),
                            previous.deliveryCount()));
        } else {
            combined.add(next);
        }
    }
}
