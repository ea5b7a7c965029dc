package naru.connect.worker;

import naru.connect.ConnectSettings.RestartRule;
import naru.connect.worker.Failures.Part;
import naru.connect.worker.Failures.PartState;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts again what has failed on this worker, after a delay that doubles each time, and gives up
 * after so many times in a row.
 *
 * <p>Threads: one looks, others ask.
 */
public final class Restarts {
    private static final Logger LOG = LoggerFactory.getLogger("naru.connect");

    /** For so long after a restart the status may still be that of before. */
    private static final long SETTLING_MILLIS = 2_000;

    private final Failures failures;
    private final RestartRule rule;
    private final Map<Part, Attempts> attempts = new HashMap<>();

    Restarts(Failures failures, RestartRule rule) {
        this.failures = failures;
        this.rule = rule;
    }

    /** How often something was restarted lately, and what comes next. */
    private static final class Attempts {
        private int made;
        private long dueAt = -1;
        private long restartedAt = -1;
        private boolean givenUp;
    }

    /**
     * What has failed lately.
     *
     * @param task -1: the connector itself
     * @param made restarts in a row
     * @param most that are made
     * @param nextInMillis until the next one; -1: none is due
     * @param givenUp whether it stays as it is until somebody restarts it
     */
    public record Restarted(int task, int made, int most, long nextInMillis, boolean givenUp) {}

    void look(long now) {
        List<PartState> states = failures.look();
        Set<Part> due = new HashSet<>();
        synchronized (attempts) {
            Set<Part> known = new HashSet<>();
            for (PartState state : states) {
                known.add(state.part());
                if (state.failed() ? onFailed(state, now) : onRunning(state.part(), now)) {
                    due.add(state.part());
                }
            }
            if (!states.isEmpty()) {
                attempts.keySet().retainAll(known);
            }
        }
        due.forEach(failures::restart);
    }

    /** Whether it is to be restarted now. */
    private boolean onFailed(PartState state, long now) {
        Attempts past = attempts.computeIfAbsent(state.part(), part -> new Attempts());
        boolean settling = past.restartedAt >= 0 && now - past.restartedAt < SETTLING_MILLIS;
        if (past.givenUp || settling) {
            return false;
        }
        if (past.dueAt < 0) {
            plan(past, state, now);
            return false;
        }
        if (now < past.dueAt) {
            return false;
        }
        past.dueAt = -1;
        past.restartedAt = now;
        past.made++;
        return true;
    }

    private void plan(Attempts past, PartState state, long now) {
        if (past.made >= rule.most()) {
            past.givenUp = true;
            LOG.error(
                    "{} has failed and stays so after {} restarts: {}. See: naru connect explain"
                            + " {}",
                    state.part(),
                    past.made,
                    firstLine(state.trace()),
                    state.part().connector());
            return;
        }
        long delay = rule.delayMillis(past.made + 1);
        past.dueAt = now + delay;
        LOG.warn(
                "{} has failed, restart {} of {} in {} ms: {}",
                state.part(),
                past.made + 1,
                rule.most(),
                delay,
                firstLine(state.trace()));
    }

    private boolean onRunning(Part part, long now) {
        Attempts past = attempts.get(part);
        if (past != null) {
            past.dueAt = -1;
            boolean longEnough = now - past.restartedAt >= rule.forgivenMillis();
            if (past.givenUp || past.restartedAt < 0 || longEnough) {
                attempts.remove(part);
            }
        }
        return false;
    }

    private static String firstLine(@Nullable String trace) {
        return trace == null ? "no cause was told" : trace.lines().findFirst().orElse("");
    }

    /** What has failed of a connector lately, on this worker. */
    public List<Restarted> of(String connector, long now) {
        List<Restarted> told = new ArrayList<>();
        synchronized (attempts) {
            attempts.forEach((part, past) -> {
                if (part.connector().equals(connector)) {
                    long next = past.dueAt < 0 ? -1 : Math.max(0, past.dueAt - now);
                    told.add(
                            new Restarted(part.task(), past.made, rule.most(), next, past.givenUp));
                }
            });
        }
        return told;
    }
}
