package naru.broker.telemetry;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of one client instance: what it was asked for, when it came, and its last numbers.
 * Guarded by its own lock.
 */
final class ClientInstance {
    static final int MOST_SERIES = 500;

    private static final long NEVER = Long.MIN_VALUE / 2;

    private final Map<Series, Double> values = new LinkedHashMap<>();
    private @Nullable Wish wish;
    private long askedMillis = NEVER;
    private long pushedMillis = NEVER;
    private boolean askAgain = true;
    private boolean ended;

    /**
     * The client asks what is wanted. It may do so when its interval is over, or when it was told
     * that what it had is not right.
     */
    synchronized boolean mayAsk(long nowMillis) {
        boolean may = askAgain || wish == null || nowMillis - askedMillis >= wish.intervalMillis();
        if (may) {
            askedMillis = nowMillis;
            askAgain = false;
        }
        return may;
    }

    synchronized void asked(Wish now) {
        wish = now;
    }

    /**
     * The first push after a question may come at once, the next ones when the interval is over.
     */
    synchronized boolean mayPush(long nowMillis, boolean terminating) {
        Wish asked = wish;
        boolean may =
                terminating
                        || asked == null
                        || askedMillis > pushedMillis
                        || nowMillis - pushedMillis >= asked.intervalMillis();
        if (may) {
            pushedMillis = nowMillis;
        }
        return may;
    }

    /** Whether this is the client's last push; there can be one only. */
    synchronized boolean endsAgain(boolean terminating) {
        boolean again = ended;
        ended |= terminating;
        return again;
    }

    synchronized void letAskAgain() {
        askAgain = true;
    }

    synchronized @Nullable Wish wish() {
        return wish;
    }

    synchronized boolean isIdle(long nowMillis, long leastMillis) {
        long interval = wish == null ? 0 : wish.intervalMillis();
        return nowMillis - Math.max(askedMillis, pushedMillis)
                > Math.max(leastMillis, 3 * interval);
    }

    /**
     * Takes a number.
     *
     * @param mayGrow whether there is room for one that was not there before
     * @return whether it is a new one
     */
    synchronized boolean put(Series series, double value, boolean delta, boolean mayGrow) {
        Double before = values.get(series);
        if (before == null && (!mayGrow || values.size() >= MOST_SERIES)) {
            return false;
        }
        values.put(series, delta && before != null ? before + value : value);
        return before == null;
    }

    synchronized int size() {
        return values.size();
    }

    synchronized Map<Series, Double> values() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
