package naru.demo.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** How fast a count grows: over the last seconds, and second by second for a minute. */
final class RecentRates {
    private static final int SMOOTHED_OVER = 4;
    private static final double NANOS = 1e9;

    private final Deque<Seen> seen = new ArrayDeque<>();
    private final Deque<Double> history = new ArrayDeque<>();

    private record Seen(long nanos, long count) {}

    void add(long nanos, long count) {
        Seen last = seen.peekLast();
        if (last != null && nanos > last.nanos) {
            double rate = Math.max(0, count - last.count) * NANOS / (nanos - last.nanos);
            history.addLast(rounded(rate));
            if (history.size() > Snapshot.HISTORY) {
                history.removeFirst();
            }
        }
        seen.addLast(new Seen(nanos, count));
        if (seen.size() > SMOOTHED_OVER + 1) {
            seen.removeFirst();
        }
    }

    double now() {
        Seen first = seen.peekFirst();
        Seen last = seen.peekLast();
        if (first == null || last == null || last.nanos <= first.nanos) {
            return 0;
        }
        return rounded(Math.max(0, last.count - first.count) * NANOS / (last.nanos - first.nanos));
    }

    List<Double> history() {
        return new ArrayList<>(history);
    }

    private static double rounded(double rate) {
        return Math.round(rate * 10) / 10.0;
    }
}
