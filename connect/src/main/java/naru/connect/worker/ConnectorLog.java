package naru.connect.worker;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * The last log lines of each connector: what was logged while Kafka's worker had set {@code
 * connector.context} in the MDC. Threads: any.
 */
public final class ConnectorLog extends Handler {
    private static final String CONTEXT = "connector.context";
    private static final int LINES_MOST = 300;
    private static final int CONNECTORS_MOST = 200;
    private static final int CHARACTERS_MOST = 2_000;
    private static final int CAUSES_MOST = 8;

    private final SimpleFormatter parameters = new SimpleFormatter();
    private final Map<String, Deque<Line>> lines =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Deque<Line>> eldest) {
                    return size() > CONNECTORS_MOST;
                }
            };
    private long number;

    /**
     * @param number rising over all connectors of this worker
     * @param at milliseconds since 1970
     * @param context the task or the connector itself, as Kafka writes it
     */
    public record Line(
            long number, long at, String level, String context, String logger, String text) {}

    private ConnectorLog() {}

    /** Notes from now on what this process logs. */
    static ConnectorLog attach() {
        ConnectorLog log = new ConnectorLog();
        Logger.getLogger("").addHandler(log);
        return log;
    }

    @Override
    public void publish(LogRecord record) {
        String context = MDC.get(CONTEXT);
        if (context == null || !isLoggable(record)) {
            return;
        }
        String connector = connector(context);
        if (connector.isEmpty()) {
            return;
        }
        String text = shortened(parameters.formatMessage(record) + causes(record.getThrown()));
        synchronized (lines) {
            Deque<Line> ring = lines.computeIfAbsent(connector, name -> new ArrayDeque<>());
            if (ring.size() >= LINES_MOST) {
                ring.removeFirst();
            }
            ring.addLast(
                    new Line(
                            ++number,
                            record.getMillis(),
                            level(record.getLevel()),
                            context.strip(),
                            String.valueOf(record.getLoggerName()),
                            text));
        }
    }

    /** {@code [NAME|task-0] } and the like is of connector NAME. */
    static String connector(String context) {
        int bar = context.indexOf('|');
        return context.startsWith("[") && bar > 1 ? context.substring(1, bar) : "";
    }

    private static String causes(@Nullable Throwable thrown) {
        StringBuilder told = new StringBuilder();
        Throwable each = thrown;
        for (int depth = 0; each != null && depth < CAUSES_MOST; depth++) {
            told.append("; cause: ").append(each);
            StackTraceElement[] stack = each.getStackTrace();
            if (stack.length > 0) {
                told.append(" at ").append(stack[0]);
            }
            each = each.getCause();
        }
        return told.toString();
    }

    private static String shortened(String text) {
        return text.length() <= CHARACTERS_MOST
                ? text
                : text.substring(0, CHARACTERS_MOST) + " ...";
    }

    private static String level(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (value >= Level.WARNING.intValue()) {
            return "WARN";
        }
        return value >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }

    /** Lines of a connector whose number is greater, the oldest first. */
    public List<Line> of(String connector, long after) {
        synchronized (lines) {
            Deque<Line> ring = lines.get(connector);
            if (ring == null) {
                return List.of();
            }
            List<Line> wanted = new ArrayList<>();
            for (Line line : ring) {
                if (line.number() > after) {
                    wanted.add(line);
                }
            }
            return wanted;
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(this);
    }
}
