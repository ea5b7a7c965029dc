package naru.coordination.group;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** The deadlines of one shard, at most one of each name. Owned by the shard. */
final class Deadlines {
    static final long NEVER = Long.MAX_VALUE;

    /** What a deadline is for. */
    sealed interface Name {
        String groupId();

        /** A member, or a member id that was given out, must be heard of. */
        record Session(String groupId, String memberId) implements Name {}

        /** Members have had their time to join. */
        record JoinPhase(String groupId) implements Name {}

        /** Members have had their time to ask for their assignment. */
        record SyncPhase(String groupId) implements Name {}
    }

    private record Entry(long atMillis, long order, Name name) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final Map<Name, Entry> byName = new HashMap<>();
    private final TreeSet<Entry> byTime = new TreeSet<>();
    private long nextOrder;

    /** Replaces the deadline of the same name. */
    void set(Name name, long atMillis) {
        Entry entry = new Entry(atMillis, nextOrder++, name);
        Entry replaced = byName.put(name, entry);
        if (replaced != null) {
            byTime.remove(replaced);
        }
        byTime.add(entry);
    }

    void cancel(Name name) {
        Entry cancelled = byName.remove(name);
        if (cancelled != null) {
            byTime.remove(cancelled);
        }
    }

    long nextMillis() {
        return byTime.isEmpty() ? NEVER : byTime.first().atMillis;
    }

    /** Takes the earliest deadline that has passed. */
    @Nullable Name takeDue(long nowMillis) {
        if (nextMillis() > nowMillis) {
            return null;
        }
        Entry due = byTime.removeFirst();
        byName.remove(due.name);
        return due.name;
    }
}
