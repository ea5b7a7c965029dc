package naru.broker.fetch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The partitions that a client fetches again and again, so that it need not name them each time
 * (KIP-227). Threads: guarded by its own monitor, which a request holds while it uses it.
 */
final class FetchSession {
    static final int NO_SESSION = 0;
    static final int INITIAL_EPOCH = 0;
    static final int FINAL_EPOCH = -1;

    private final int id;
    private final boolean byTopicId;
    private final Map<Wanted.Key, Wanted> partitions;
    private int epoch = INITIAL_EPOCH + 1;
    private volatile long usedMillis;

    FetchSession(int id, boolean byTopicId, Collection<Wanted> wanted, long nowMillis) {
        this.id = id;
        this.byTopicId = byTopicId;
        this.partitions = new LinkedHashMap<>();
        wanted.forEach(one -> partitions.put(one.key, one));
        this.usedMillis = nowMillis;
    }

    int id() {
        return id;
    }

    boolean byTopicId() {
        return byTopicId;
    }

    int epoch() {
        return epoch;
    }

    int size() {
        return partitions.size();
    }

    long usedMillis() {
        return usedMillis;
    }

    void use(long nowMillis) {
        usedMillis = nowMillis;
        epoch = epoch == Integer.MAX_VALUE ? INITIAL_EPOCH + 1 : epoch + 1;
    }

    void forget(Wanted.Key key) {
        partitions.remove(key);
    }

    void put(Wanted wanted) {
        Wanted known = partitions.get(wanted.key);
        if (known == null) {
            partitions.put(wanted.key, wanted);
        } else {
            known.update(
                    wanted.fetchOffset,
                    wanted.maxBytes,
                    wanted.currentLeaderEpoch,
                    wanted.lastFetchedEpoch);
            known.follows(wanted.logStartOffset);
        }
    }

    /** In the order in which they are served. */
    List<Wanted> wanted() {
        return new ArrayList<>(partitions.values());
    }

    /** Who was given records goes to the end, so that everyone's turn comes. */
    void served(Wanted wanted) {
        if (partitions.remove(wanted.key) != null) {
            partitions.put(wanted.key, wanted);
        }
    }
}
