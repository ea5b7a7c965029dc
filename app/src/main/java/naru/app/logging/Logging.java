package naru.app.logging;

import naru.app.terminal.Terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sets the process's log up, once, before anything logs. The log goes to standard error.
 *
 * <p>Levels are asked for as in {@code NARU_LOG=debug} (all of Naru) or {@code
 * NARU_LOG=naru.broker=debug,org.apache.kafka=info} (loggers by name).
 */
public final class Logging {
    private static final Logger ROOT = root();

    /** java.util.logging forgets levels of loggers that nobody holds. */
    private static final List<Logger> HELD = new ArrayList<>();

    private Logging() {}

    private static Logger root() {
        System.setProperty("java.util.logging.config.class", NoConfiguration.class.getName());
        return Logger.getLogger("");
    }

    /** Before any class asks for a logger, so that the JDK's own set-up never comes to be. */
    public static void prepare() {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
    }

    /** The shapes of {@code naru.log.format}. */
    public enum Format {
        TEXT,
        JSON
    }

    /**
     * For a node: Naru's own loggers at INFO, those of the libraries at WARN.
     *
     * @param levels as in NARU_LOG, may be empty
     * @throws IllegalArgumentException when {@code levels} has no meaning; the message says why
     */
    public static void forNode(Format format, String levels, Terminal terminal) {
        install(format, terminal);
        ROOT.setLevel(Level.WARNING);
        setLevel("naru", Level.INFO);
        // They tell at WARN or ERROR what is no fault: configuration that other parts read, a
        // metrics bean that is there already, clients that go away, a controller that begins.
        setLevel("naru.quorum.RaftThread", Level.WARNING);
        setLevel("org.apache.kafka.common.config.AbstractConfig", Level.OFF);
        setLevel("org.apache.kafka.common.utils.AppInfoParser", Level.OFF);
        setLevel("org.apache.kafka.clients.NetworkClient", Level.SEVERE);
        silence("org.apache.kafka.controller.QuorumController", "Performing controller activation");
        // Who shows a wrong password to a service is no fault of this process.
        for (String each :
                List.of("NetworkClient", "Metadata", "admin.internals.AdminMetadataManager")) {
            silence("org.apache.kafka.clients." + each, "clientId=naru-services-login");
        }
        // It tells each of some hundred fetches a second that a topic is gone; its reader says it
        // once.
        silence(
                "org.apache.kafka.clients.consumer.internals.FetchCollector",
                "clientId=naru-registry-reader");
        apply(levels);
    }

    /** For a command: nothing, unless {@code levels} asks for something. */
    public static void forCommand(String levels, Terminal terminal) {
        ROOT.setLevel(Level.OFF);
        if (!levels.isBlank()) {
            install(Format.TEXT, terminal);
            apply(levels);
        }
    }

    private static void install(Format format, Terminal terminal) {
        LogFormat shape =
                switch (format) {
                    case TEXT -> LogFormat.lines(terminal.errPaint());
                    case JSON -> LogFormat.json();
                };
        for (Handler other : ROOT.getHandlers()) {
            ROOT.removeHandler(other);
        }
        ROOT.addHandler(new LineHandler(new FileOutputStream(FileDescriptor.err), shape));
    }

    private static void apply(String levels) {
        for (String wish : levels.split(",", -1)) {
            if (wish.isBlank()) {
                continue;
            }
            int equals = wish.indexOf('=');
            String logger = equals < 0 ? "naru" : wish.substring(0, equals).strip();
            setLevel(logger, level(wish.substring(equals + 1).strip()));
        }
    }

    static Level level(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "trace" -> Level.FINEST;
            case "debug" -> Level.FINE;
            case "info" -> Level.INFO;
            case "warn" -> Level.WARNING;
            case "error" -> Level.SEVERE;
            case "off" -> Level.OFF;
            default ->
                    throw new IllegalArgumentException(
                            "NARU_LOG knows no level '"
                                    + name
                                    + "'; use trace, debug, info, warn, error or off, alone or as"
                                    + " LOGGER=LEVEL");
        };
    }

    /** Holds back one message of a logger, and lets its others through. */
    private static void silence(String name, String words) {
        Logger logger = Logger.getLogger(name);
        logger.setFilter(record -> !String.valueOf(record.getMessage()).contains(words));
        HELD.add(logger);
    }

    private static void setLevel(String name, Level level) {
        Logger logger = Logger.getLogger(name);
        logger.setLevel(level);
        HELD.add(logger);
    }
}
