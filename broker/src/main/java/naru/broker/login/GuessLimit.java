package naru.broker.login;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often an address may try to log in. Each may fail {@link #AT_ONCE} times, and then once per
 * {@link #EVERY_MILLIS}; a try that does not fail costs nothing. Tries beyond that wait before
 * anything is looked at, so that a guesser does not learn from how fast he is answered. Addresses
 * of one IPv6 network count as one.
 *
 * <p>Threads: any. Remembers the {@link #ADDRESSES_MOST} addresses that tried last.
 */
public final class GuessLimit {
    static final int AT_ONCE = 20;
    static final long EVERY_MILLIS = 1_000;
    static final long LONGEST_WAIT_MILLIS = 10_000;
    static final int ADDRESSES_MOST = 10_000;

    /** There is no use in waiting. */
    static final long NEVER = -1;

    private static final int NETWORK_BYTES = 8;

    private final LongSupplier clockMillis;
    private final int atOnce;
    private final long everyMillis;
    private final Map<List<Byte>, Allowance> byAddress =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<List<Byte>, Allowance> eldest) {
                    return size() > ADDRESSES_MOST;
                }
            };

    private static final class Allowance {
        double tries;
        long sinceMillis;

        Allowance(double tries) {
            this.tries = tries;
        }
    }

    /**
     * @param clockMillis monotonic
     */
    public GuessLimit(LongSupplier clockMillis) {
        this(clockMillis, AT_ONCE, EVERY_MILLIS);
    }

    /** Another number of failures, and another time for one more. */
    public GuessLimit(LongSupplier clockMillis, int atOnce, long everyMillis) {
        this.clockMillis = clockMillis;
        this.atOnce = atOnce;
        this.everyMillis = everyMillis;
    }

    /** Takes one try: milliseconds to wait before it, or {@link #NEVER}, and then none is taken. */
    synchronized long take(InetAddress address) {
        Allowance allowance = of(address);
        if (allowance.tries <= -(double) LONGEST_WAIT_MILLIS / everyMillis) {
            return NEVER;
        }
        allowance.tries--;
        return allowance.tries >= 0 ? 0 : (long) (-allowance.tries * everyMillis);
    }

    /** Takes one try that does not wait: whether there is one. */
    public synchronized boolean takeAtOnce(InetAddress address) {
        Allowance allowance = of(address);
        if (allowance.tries < 1) {
            return false;
        }
        allowance.tries--;
        return true;
    }

    /** The try that was taken did not fail. */
    public synchronized void giveBack(InetAddress address) {
        Allowance allowance = of(address);
        allowance.tries = Math.min(atOnce, allowance.tries + 1);
    }

    private Allowance of(InetAddress address) {
        long now = clockMillis.getAsLong();
        Allowance allowance = byAddress.computeIfAbsent(key(address), key -> new Allowance(atOnce));
        double earned = (double) (now - allowance.sinceMillis) / everyMillis;
        allowance.tries = Math.min(atOnce, allowance.tries + earned);
        allowance.sinceMillis = now;
        return allowance;
    }

    private static List<Byte> key(InetAddress address) {
        byte[] bytes = address.getAddress();
        byte[] significant =
                address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes;
        Byte[] boxed = new Byte[significant.length];
        Arrays.setAll(boxed, index -> significant[index]);
        return List.of(boxed);
    }
}
