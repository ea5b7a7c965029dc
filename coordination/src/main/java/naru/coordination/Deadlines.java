package naru.coordination;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The deadlines of one shard, at most one of each name. Owned by the shard.
 *
 * @param <N> what deadlines are for; compared by {@code equals}
 */
public final class Deadlines<N> {
    private record Entry<N>(long atMillis, long order, N name) implements Comparable<Entry<N>> {
        @Override
        public int compareTo(Entry<N> other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final Map<N, Entry<N>> byName = new HashMap<>();
    private final TreeSet<Entry<N>> byTime = new TreeSet<>();
    private long nextOrder;

    /** Replaces the deadline of the same name. */
    public void set(N name, long atMillis) {
        Entry<N> entry = new Entry<>(atMillis, nextOrder++, name);
        Entry<N> replaced = byName.put(name, entry);
        if (replaced != null) {
            byTime.remove(replaced);
        }
        byTime.add(entry);
    }

    public void cancel(N name) {
        Entry<N> cancelled = byName.remove(name);
        if (cancelled != null) {
            byTime.remove(cancelled);
        }
    }

    public boolean isSet(N name) {
        return byName.containsKey(name);
    }

    /** When the earliest is due, or {@link Shard#NEVER}. */
    public long nextMillis() {
        return byTime.isEmpty() ? Shard.NEVER : byTime.first().atMillis;
    }

    /** Takes the earliest deadline that has passed. */
    public @Nullable N takeDue(long nowMillis) {
        if (nextMillis() > nowMillis) {
            return null;
        }
        Entry<N> due = byTime.removeFirst();
        byName.remove(due.name);
        return due.name;
    }
}
