package naru.simulation;

import naru.log.LogStorageException;

import org.apache.kafka.common.errors.ApiException;
import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Hears what Naru's log says, keeps it from the console, and tells of bugs that are caught there.
 */
public final class Bugs extends Handler {
    private static final Bugs INSTANCE = new Bugs();
    private @Nullable Consumer<Throwable> told;
    private @Nullable Consumer<String> noted;

    private Bugs() {}

    /** Bugs are told to the one, and all messages to the other, from now on. */
    public static void tell(Consumer<Throwable> listener, Consumer<String> notes) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(INSTANCE);
        INSTANCE.told = listener;
        INSTANCE.noted = notes;
    }

    @Override
    public void publish(LogRecord record) {
        if (noted != null) {
            noted.accept(record.getLevel() + " " + record.getMessage());
        }
        Throwable thrown = record.getThrown();
        boolean bug =
                thrown instanceof Error
                        || (thrown instanceof RuntimeException
                                && !(thrown instanceof ApiException)
                                && !(thrown instanceof LogStorageException)
                                && !(thrown instanceof UncheckedIOException));
        if (bug && told != null) {
            told.accept(thrown);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
