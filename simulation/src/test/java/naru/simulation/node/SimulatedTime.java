package naru.simulation.node;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * The clock of a simulation and what is to happen when. Of what is due at the same time, chance
 * decides what comes first.
 */
public final class SimulatedTime extends Clock {
    public static final long START_MILLIS = 1_800_000_000_000L;

    /** Something that is to happen, unless it is cancelled before. */
    public static final class Event {
        private final long millis;
        private final long order;
        private final Runnable task;
        private boolean cancelled;

        private Event(long millis, long order, Runnable task) {
            this.millis = millis;
            this.order = order;
            this.task = task;
        }

        public void cancel() {
            cancelled = true;
        }
    }

    private final RandomGenerator random;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) ->
                    a.millis != b.millis
                            ? Long.compare(a.millis, b.millis)
                            : Long.compare(a.order, b.order));
    private long now = START_MILLIS;
    private long order;

    public SimulatedTime(RandomGenerator random) {
        this.random = random;
    }

    public Event after(long delayMillis, Runnable task) {
        Event event = new Event(now + Math.max(0, delayMillis), order++, task);
        events.add(event);
        return event;
    }

    /** Lets the next event happen, and time pass until then; false when there is none. */
    public boolean step() {
        Event next = next();
        if (next == null) {
            return false;
        }
        now = Math.max(now, next.millis);
        next.task.run();
        return true;
    }

    /** When the next event is due. */
    public long nextMillis() {
        while (!events.isEmpty() && events.element().cancelled) {
            events.remove();
        }
        return events.isEmpty() ? Long.MAX_VALUE : events.element().millis;
    }

    private @Nullable Event next() {
        long due = nextMillis();
        if (due == Long.MAX_VALUE) {
            return null;
        }
        List<Event> atOnce = new ArrayList<>();
        while (!events.isEmpty() && events.element().millis == due && atOnce.size() < 4) {
            Event event = events.remove();
            if (!event.cancelled) {
                atOnce.add(event);
            }
        }
        Event chosen = atOnce.remove(random.nextInt(atOnce.size()));
        events.addAll(atOnce);
        return chosen;
    }

    public void advance(long byMillis) {
        now += byMillis;
    }

    @Override
    public long millis() {
        return now;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
