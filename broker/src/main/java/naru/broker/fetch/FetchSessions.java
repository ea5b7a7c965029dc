package naru.broker.fetch;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;

/**
 * The sessions that are kept, at most {@code max.incremental.fetch.session.cache.slots}. A full
 * cache gives the place of one that has not been used for two minutes, or else of a smaller one.
 * Threads: any.
 */
public final class FetchSessions {
    private static final long EVICTABLE_MILLIS = 120_000;

    private final Map<Integer, FetchSession> sessions = new ConcurrentHashMap<>();
    private final IntSupplier slots;

    public FetchSessions(IntSupplier slots) {
        this.slots = slots;
    }

    public int size() {
        return sessions.size();
    }

    @Nullable FetchSession get(int id) {
        return sessions.get(id);
    }

    void remove(int id) {
        sessions.remove(id);
    }

    /** A new session of these partitions, or null when there is no place for it. */
    synchronized @Nullable FetchSession create(
            boolean byTopicId, Collection<Wanted> wanted, long nowMillis) {
        if (wanted.isEmpty()
                || (sessions.size() >= slots.getAsInt() && !makePlace(wanted.size(), nowMillis))) {
            return null;
        }
        int id;
        do {
            id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        } while (sessions.containsKey(id));
        FetchSession session = new FetchSession(id, byTopicId, wanted, nowMillis);
        sessions.put(id, session);
        return session;
    }

    private boolean makePlace(int size, long nowMillis) {
        Optional<FetchSession> oldest =
                sessions.values().stream().min(Comparator.comparingLong(FetchSession::usedMillis));
        if (oldest.isPresent() && nowMillis - oldest.get().usedMillis() > EVICTABLE_MILLIS) {
            sessions.remove(oldest.get().id());
            return true;
        }
        Optional<FetchSession> smallest =
                sessions.values().stream().min(Comparator.comparingInt(FetchSession::size));
        if (smallest.isPresent() && smallest.get().size() < size) {
            sessions.remove(smallest.get().id());
            return true;
        }
        return false;
    }
}
