package naru.app.logging;

import naru.app.terminal.Json;
import naru.app.terminal.Paint;
import naru.app.terminal.PlainText;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * How a log record looks: a line for people, or a JSON object on a line for programs.
 *
 * <p>A warning tells its chain of causes; only an error with a throwable, which is a bug, tells its
 * stack. What others have put into a message cannot begin a new line.
 */
abstract class LogFormat extends Formatter {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final int CAUSES_MOST = 10;

    /** Fills in the parameters of a message as java.util.logging does. */
    private final SimpleFormatter parameters = new SimpleFormatter();

    static LogFormat lines(Paint paint) {
        return new Lines(paint);
    }

    static LogFormat json() {
        return new JsonLines();
    }

    final String time(LogRecord record) {
        return TIME.format(record.getInstant());
    }

    final String message(LogRecord record) {
        return String.valueOf(parameters.formatMessage(record));
    }

    static String levelName(Level level) {
        int value = level.intValue();
        if (value >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (value >= Level.WARNING.intValue()) {
            return "WARN";
        }
        if (value >= Level.INFO.intValue()) {
            return "INFO";
        }
        return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    /** The last package of the class that logs: what it is about, in one word. */
    static String area(@Nullable String loggerName) {
        if (loggerName == null || loggerName.isEmpty()) {
            return "jvm";
        }
        int classAt = loggerName.lastIndexOf('.');
        if (classAt < 0) {
            return loggerName;
        }
        return loggerName.substring(loggerName.lastIndexOf('.', classAt - 1) + 1, classAt);
    }

    static boolean tellsStack(LogRecord record) {
        return record.getThrown() != null
                && record.getLevel().intValue() >= Level.SEVERE.intValue();
    }

    /** The throwable and its causes, outermost first, each as its kind and what it says. */
    static List<String> causes(Throwable thrown) {
        List<String> causes = new ArrayList<>();
        for (@Nullable Throwable cause = thrown;
                cause != null && causes.size() < CAUSES_MOST;
                cause = cause.getCause()) {
            String said = cause.getMessage();
            String kind = cause.getClass().getSimpleName();
            causes.add(said == null || said.isEmpty() ? kind : kind + ": " + said);
        }
        return causes;
    }

    static List<String> stack(Throwable thrown) {
        List<String> lines = new ArrayList<>();
        for (StackTraceElement element : thrown.getStackTrace()) {
            lines.add(element.toString());
        }
        return lines;
    }

    private static final class Lines extends LogFormat {
        private final Paint paint;

        private Lines(Paint paint) {
            this.paint = paint;
        }

        @Override
        public String format(LogRecord record) {
            StringBuilder line = new StringBuilder(128);
            line.append(paint.faint(time(record))).append(' ');
            line.append(paintedLevel(record.getLevel())).append("  ");
            line.append(String.format("%-12s", area(record.getLoggerName()))).append("  ");
            line.append(PlainText.of(message(record)));
            @Nullable Throwable thrown = record.getThrown();
            if (thrown != null) {
                line.append(": ")
                        .append(PlainText.of(String.join("; because of ", causes(thrown))));
            }
            line.append('\n');
            if (tellsStack(record)) {
                appendStack(line, thrown);
            }
            return line.toString();
        }

        private static void appendStack(StringBuilder line, @Nullable Throwable thrown) {
            int causes = 0;
            for (@Nullable Throwable cause = thrown;
                    cause != null && causes < CAUSES_MOST;
                    cause = cause.getCause(), causes++) {
                line.append("    ").append(cause.getClass().getName()).append('\n');
                for (String element : stack(cause)) {
                    line.append("        at ").append(PlainText.of(element)).append('\n');
                }
            }
        }

        private String paintedLevel(Level level) {
            String name = levelName(level);
            String padded = String.format("%-5s", name);
            return switch (name) {
                case "ERROR" -> paint.red(padded);
                case "WARN" -> paint.yellow(padded);
                case "INFO" -> paint.green(padded);
                default -> paint.faint(padded);
            };
        }
    }

    private static final class JsonLines extends LogFormat {
        @Override
        public String format(LogRecord record) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("time", time(record));
            fields.put("level", levelName(record.getLevel()));
            fields.put("area", area(record.getLoggerName()));
            fields.put("logger", String.valueOf(record.getLoggerName()));
            fields.put("message", message(record));
            @Nullable Throwable thrown = record.getThrown();
            if (thrown != null) {
                fields.put("causes", causes(thrown));
                if (tellsStack(record)) {
                    fields.put("stack", stack(thrown));
                }
            }
            return Json.line(fields) + "\n";
        }
    }

    /** Formats the moment {@code epochMillis} as log lines do. */
    static String time(long epochMillis) {
        return TIME.format(Instant.ofEpochMilli(epochMillis));
    }
}
