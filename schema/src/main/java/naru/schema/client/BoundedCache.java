package naru.schema.client;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What was used last, at most so many and so heavy, each for a time.
 *
 * <p>Threads: any.
 */
final class BoundedCache<K, V> {
    private final int mostEntries;
    private final long mostWeight;
    private final LongSupplier nanoTime;
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long weight;

    private record Entry<V>(V value, int weight, long endNanos) {}

    BoundedCache(int mostEntries, long mostWeight, LongSupplier nanoTime) {
        this.mostEntries = mostEntries;
        this.mostWeight = mostWeight;
        this.nanoTime = nanoTime;
    }

    synchronized @Nullable V get(K key) {
        Entry<V> entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (nanoTime.getAsLong() - entry.endNanos >= 0) {
            remove(key);
            return null;
        }
        return entry.value;
    }

    synchronized void put(K key, V value, int valueWeight, Duration life) {
        remove(key);
        long endNanos = nanoTime.getAsLong() + life.toNanos();
        entries.put(key, new Entry<>(value, valueWeight, endNanos));
        weight += valueWeight;
        Iterator<Entry<V>> eldest = entries.values().iterator();
        while (eldest.hasNext() && (entries.size() > mostEntries || weight > mostWeight)) {
            weight -= eldest.next().weight;
            eldest.remove();
        }
    }

    synchronized void remove(K key) {
        Entry<V> gone = entries.remove(key);
        if (gone != null) {
            weight -= gone.weight;
        }
    }
}
