package naru.app;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map of so many entries at most: the one used longest ago goes. For one thread at a time. */
final class LatestUsed<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    private final int most;

    LatestUsed(int most) {
        super(16, 0.75f, true);
        this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
    }
}
