package naru.connect.worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Levels of loggers under the names that Connect's API uses for them. Threads: any.
 *
 * <p>java.util.logging forgets loggers that nobody holds, so those that were set are held here.
 */
public final class LogLevels {
    private static final String ROOT = "root";
    private static final int HELD_MOST = 1_000;

    private final Map<String, Logger> held = new HashMap<>();
    private final Map<String, Long> changed = new HashMap<>();

    /**
     * @param lastModified milliseconds since 1970; null: never since the start
     */
    public record Told(String level, @Nullable Long lastModified) {}

    /** Every logger that has a level of its own. */
    public synchronized Map<String, Told> all() {
        Map<String, Told> told = new TreeMap<>();
        for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
            Logger logger = LogManager.getLogManager().getLogger(name);
            if (logger != null && logger.getLevel() != null) {
                String shown = name.isEmpty() ? ROOT : name;
                told.put(shown, new Told(name(logger.getLevel()), changed.get(shown)));
            }
        }
        return told;
    }

    /** The level in force for a logger, or null when there is no logger of that name. */
    public synchronized @Nullable Told of(String name) {
        Logger logger = LogManager.getLogManager().getLogger(name.equals(ROOT) ? "" : name);
        if (logger == null) {
            return null;
        }
        Logger at = logger;
        while (at.getLevel() == null && at.getParent() != null) {
            at = at.getParent();
        }
        Level level = at.getLevel() == null ? Level.INFO : at.getLevel();
        return new Told(name(level), changed.get(name));
    }

    /**
     * @return the loggers that have it now: the one named and those below it
     */
    public synchronized List<String> set(String name, String level) {
        Level wanted = level(level);
        if (wanted == null || held.size() >= HELD_MOST) {
            return List.of();
        }
        String root = name.equals(ROOT) ? "" : name;
        List<String> names = new ArrayList<>();
        for (String each : Collections.list(LogManager.getLogManager().getLoggerNames())) {
            if (each.startsWith(root + ".") && !root.isEmpty()) {
                names.add(each);
            }
        }
        names.add(name);
        for (String each : names) {
            Logger logger = Logger.getLogger(each.equals(ROOT) ? "" : each);
            logger.setLevel(each.equals(name) ? wanted : null);
            held.put(each, logger);
            changed.put(each, System.currentTimeMillis());
        }
        Collections.sort(names);
        return names;
    }

    /** Null when there is no such level. */
    public static @Nullable Level level(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "OFF" -> Level.OFF;
            case "FATAL", "ERROR" -> Level.SEVERE;
            case "WARN" -> Level.WARNING;
            case "INFO" -> Level.INFO;
            case "DEBUG" -> Level.FINE;
            case "TRACE" -> Level.FINEST;
            case "ALL" -> Level.ALL;
            default -> null;
        };
    }

    private static String name(Level level) {
        int value = level.intValue();
        if (value == Level.OFF.intValue()) {
            return "OFF";
        }
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
}
