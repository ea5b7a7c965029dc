package naru.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each route of each service was asked, what it answered and how long that took. Any
 * thread adds and reads; as many entries as there are routes.
 */
public final class Traffic {
    /** Upper bounds of {@link Count#durations}, in seconds; what is above has one more place. */
    public static final List<Double> SECONDS =
            List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0);

    private static final int FAILING_AFTER = 3;

    private final Map<Route, Tally> tallies = new ConcurrentHashMap<>();
    private final Map<String, Failures> failures = new ConcurrentHashMap<>();

    /**
     * @param template as the service's table of routes has it
     */
    public record Route(String service, String method, String template) {
        /** Requests that no route fits, whatever they ask for. */
        static Route unknown(String service) {
            return new Route(service, "-", "-");
        }
    }

    /**
     * @param answers how many, by status
     * @param durations how many, by the bounds of {@link #SECONDS}, none counted twice
     * @param seconds that all took together
     */
    public record Count(
            Route route, Map<Integer, Long> answers, List<Long> durations, double seconds) {}

    private static final class Tally {
        private final Map<Integer, LongAdder> answers = new ConcurrentHashMap<>();
        private final List<LongAdder> durations = new ArrayList<>();
        private final LongAdder nanos = new LongAdder();

        Tally() {
            for (int place = 0; place <= SECONDS.size(); place++) {
                durations.add(new LongAdder());
            }
        }
    }

    /** The answers of a service since the last one that was none of its failures. */
    private record Failures(int inARow, String last) {}

    /** Takes note that a service could not answer, or could. */
    void note(String service, Answer answer, String sentence) {
        if (answer.status() >= 500) {
            failures.merge(
                    service,
                    new Failures(1, sentence),
                    (before, now) -> new Failures(before.inARow + 1, sentence));
        } else {
            failures.remove(service);
        }
    }

    /**
     * What the service told last, where it could answer none of its last few requests; or empty.
     */
    public String failing(String service) {
        Failures known = failures.get(service);
        return known == null || known.inARow < FAILING_AFTER ? "" : known.last;
    }

    void add(Route route, int status, long nanos) {
        Tally tally = tallies.computeIfAbsent(route, key -> new Tally());
        tally.answers.computeIfAbsent(status, key -> new LongAdder()).increment();
        tally.nanos.add(nanos);
        double seconds = nanos / (double) TimeUnit.SECONDS.toNanos(1);
        int place = 0;
        while (place < SECONDS.size() && seconds > SECONDS.get(place)) {
            place++;
        }
        tally.durations.get(place).increment();
    }

    /** Of routes that were asked at least once. */
    public List<Count> counts() {
        List<Count> counts = new ArrayList<>();
        tallies.forEach((route, tally) -> {
            Map<Integer, Long> answers = new TreeMap<>();
            tally.answers.forEach((status, adder) -> answers.put(status, adder.sum()));
            counts.add(
                    new Count(
                            route,
                            answers,
                            tally.durations.stream().map(LongAdder::sum).toList(),
                            tally.nanos.sum() / (double) TimeUnit.SECONDS.toNanos(1)));
        });
        counts.sort(Comparator.comparing(count -> count.route().toString()));
        return counts;
    }
}
