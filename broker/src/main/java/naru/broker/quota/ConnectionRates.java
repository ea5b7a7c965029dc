package naru.broker.quota;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * How fast new connections are taken: in all, by listener, and from one address (KIP-612).
 *
 * <p>Threads: any; the bounds may change at any time.
 */
public final class ConnectionRates {
    private static final int MOST_ADDRESSES = 10_000;
    private static final long SWEEP_MILLIS = 1000;

    private final Windows windows;
    private final LongSupplier clockMillis;
    private final QuotaCounts counts;
    private final SampledRate all;
    private final SampledRate strangers;
    private final Map<String, SampledRate> listeners = new ConcurrentHashMap<>();
    private final Map<InetAddress, SampledRate> addresses = new ConcurrentHashMap<>();
    private long sweptMillis = Long.MIN_VALUE / 2;
    private volatile NodeBounds nodeBounds = new NodeBounds(NO_BOUND, Map.of(), Set.of());
    private volatile AddressBounds addressBounds = new AddressBounds(Map.of(), null);

    /** As many a second as a setting can say. */
    public static final int NO_BOUND = Integer.MAX_VALUE;

    /**
     * @param all {@code max.connection.creation.rate}
     * @param byListener the same of single listeners
     * @param exempt listeners among nodes, to which the bound of all does not apply
     */
    public record NodeBounds(int all, Map<String, Integer> byListener, Set<String> exempt) {}

    /**
     * @param defaultBound of addresses without one of their own; null for none
     */
    public record AddressBounds(Map<InetAddress, Double> bounds, @Nullable Double defaultBound) {}

    public ConnectionRates(Windows windows, LongSupplier clockMillis, QuotaCounts counts) {
        this.windows = windows;
        this.clockMillis = clockMillis;
        this.counts = counts;
        this.all = new SampledRate(windows);
        this.strangers = new SampledRate(windows);
    }

    public void set(NodeBounds bounds) {
        nodeBounds = bounds;
    }

    public void set(AddressBounds bounds) {
        addressBounds = bounds;
    }

    /** A connection was taken; for how many milliseconds the listener takes no more. */
    public long taken(String listener) {
        NodeBounds bounds = nodeBounds;
        Integer ofListener = bounds.byListener().get(listener);
        if (bounds.all() == NO_BOUND && ofListener == null) {
            return 0;
        }
        long now = clockMillis.getAsLong();
        long millis = 0;
        if (bounds.all() != NO_BOUND && !bounds.exempt().contains(listener)) {
            millis = all.add(1, Math.max(bounds.all(), Double.MIN_NORMAL), now);
        }
        if (ofListener != null && ofListener != NO_BOUND) {
            SampledRate rate =
                    listeners.computeIfAbsent(listener, name -> new SampledRate(windows));
            millis = Math.max(millis, rate.add(1, Math.max(ofListener, Double.MIN_NORMAL), now));
        }
        if (millis > 0) {
            counts.listenerRests();
        }
        return Math.min(millis, windows.sampleMillis());
    }

    /**
     * An address connected; when it does so too fast, for how many milliseconds the connection is
     * held before it is closed. It is not counted then.
     */
    public long heldMillis(InetAddress address) {
        AddressBounds bounds = addressBounds;
        Double own = bounds.bounds().get(address);
        Double bound = own == null ? bounds.defaultBound() : own;
        if (bound == null) {
            return 0;
        }
        long now = clockMillis.getAsLong();
        SampledRate rate = rate(address, now);
        double atLeast = Math.max(bound, Double.MIN_NORMAL);
        long millis = rate.add(1, atLeast, now);
        if (millis > 0) {
            rate.put(-1, now);
            counts.addressHeld();
        }
        return Math.min(millis, windows.sampleMillis());
    }

    private SampledRate rate(InetAddress address, long nowMillis) {
        SampledRate there = addresses.get(address);
        return there == null ? add(address, nowMillis) : there;
    }

    private synchronized SampledRate add(InetAddress address, long nowMillis) {
        if (addresses.size() >= MOST_ADDRESSES && nowMillis - sweptMillis >= SWEEP_MILLIS) {
            sweptMillis = nowMillis;
            addresses.values().removeIf(rate -> rate.isIdle(nowMillis));
        }
        return addresses.size() >= MOST_ADDRESSES
                ? strangers
                : addresses.computeIfAbsent(address, key -> new SampledRate(windows));
    }

    /** Addresses that are measured now. */
    public int tracked() {
        return addresses.size();
    }
}
