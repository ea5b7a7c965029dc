package naru.connectors;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before a further try: doubled with each failure up to a bound, and a little
 * different every time, so that many tasks do not come back at once. Owned by one thread.
 */
public final class Backoff {
    private static final int MOST_DOUBLINGS = 20;

    private final Duration first;
    private final Duration most;
    private int failures;

    public Backoff(Duration first, Duration most) {
        this.first = first;
        this.most = most;
    }

    /** Counts one more failure in a row. */
    public Duration afterFailure() {
        long doubled = first.toMillis() << Math.min(failures, MOST_DOUBLINGS);
        failures++;
        long bounded = Math.clamp(doubled, 1, Math.max(1, most.toMillis()));
        return Duration.ofMillis(
                ThreadLocalRandom.current().nextLong(bounded - bounded / 4, bounded + 1));
    }

    public int failures() {
        return failures;
    }

    public void succeeded() {
        failures = 0;
    }
}
