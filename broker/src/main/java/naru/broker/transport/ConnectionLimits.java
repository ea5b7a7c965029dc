package naru.broker.transport;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many connections there may be, in all and from one address ({@code max.connections}, {@code
 * max.connections.per.ip} and its overrides). Shared by the loops; the limits may change at any
 * time.
 */
public final class ConnectionLimits {
    private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
    private volatile Limits limits = new Limits(Integer.MAX_VALUE, Integer.MAX_VALUE, Map.of());
    private int total;

    /**
     * @param perAddress for addresses that have no limit of their own in {@code overrides}
     */
    public record Limits(int total, int perAddress, Map<InetAddress, Integer> overrides) {}

    public void set(Limits limits) {
        this.limits = limits;
    }

    synchronized boolean isFull() {
        return total >= limits.total;
    }

    /** Counts a connection in; false, and not counted, when this address has too many. */
    synchronized boolean admit(InetAddress address) {
        int there = byAddress.getOrDefault(address, 0);
        if (there >= limits.overrides.getOrDefault(address, limits.perAddress)) {
            return false;
        }
        byAddress.put(address, there + 1);
        total++;
        return true;
    }

    synchronized void gone(InetAddress address) {
        byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        total--;
    }

    public synchronized int total() {
        return total;
    }
}
