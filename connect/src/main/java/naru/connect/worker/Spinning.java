package naru.connect.worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Notes which threads of connectors use a whole core for long, and where they stand. A task that
 * has much to do looks the same as one that turns in a circle; that is for people to say.
 *
 * <p>Threads: one looks, others ask.
 */
public final class Spinning {
    private static final Logger LOG = LoggerFactory.getLogger("naru.connect");
    private static final double WHOLE_CORE = 0.9;
    private static final int LOOKS_TO_TELL = 6;
    private static final int FRAMES = 5;
    private static final List<String> NAMES = List.of("task-thread-", "connector-thread-");

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Long, Look> looks = new HashMap<>();

    private record Look(String name, long cpuNanos, long atNanos, int busyInARow) {}

    /**
     * A thread that has used a core since some looks.
     *
     * @param seconds for how long
     * @param stands where it is just now, the innermost call first
     */
    public record Busy(String thread, int seconds, List<String> stands) {}

    void look(long now) {
        synchronized (looks) {
            Set<Long> there = new HashSet<>();
            for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (info == null || NAMES.stream().noneMatch(info.getThreadName()::startsWith)) {
                    continue;
                }
                there.add(info.getThreadId());
                long cpu = threads.getThreadCpuTime(info.getThreadId());
                Look before = looks.get(info.getThreadId());
                int busy = 0;
                if (before != null
                        && before.name.equals(info.getThreadName())
                        && cpu - before.cpuNanos > WHOLE_CORE * (now - before.atNanos)) {
                    busy = before.busyInARow + 1;
                }
                looks.put(info.getThreadId(), new Look(info.getThreadName(), cpu, now, busy));
                if (busy == LOOKS_TO_TELL) {
                    LOG.warn(
                            "{} has used a whole core for a minute and stands at {}: much to do,"
                                    + " or a circle; if it does nothing useful, stop the connector",
                            info.getThreadName(),
                            String.join(" < ", stack(info.getThreadId())));
                }
            }
            looks.keySet().retainAll(there);
        }
    }

    /** Threads of a connector that use a core just now. */
    public List<Busy> of(String connector) {
        List<Busy> busy = new ArrayList<>();
        synchronized (looks) {
            looks.forEach((id, look) -> {
                boolean isOfConnector =
                        NAMES.stream()
                                .anyMatch(prefix ->
                                        look.name.equals(prefix + connector)
                                                || look.name.matches(
                                                        java.util.regex.Pattern.quote(
                                                                        prefix + connector)
                                                                + "-\\d+"));
                if (look.busyInARow > 0 && isOfConnector) {
                    busy.add(new Busy(look.name, look.busyInARow * 10, stack(id)));
                }
            });
        }
        return busy;
    }

    private List<String> stack(long id) {
        ThreadInfo info = threads.getThreadInfo(id, FRAMES);
        return info == null
                ? List.of()
                : Arrays.stream(info.getStackTrace()).map(StackTraceElement::toString).toList();
    }
}
