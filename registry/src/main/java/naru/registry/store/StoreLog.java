package naru.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/**
 * Where the registry's records are kept, in one order for all nodes. Of all that write, one is the
 * writer at a time; another that becomes it puts the former one out.
 */
public interface StoreLog extends AutoCloseable {
    /** A record to be written; without a value it deletes what its key names. */
    record Change(StoreKey key, @Nullable ObjectNode value) {}

    /** Takes records as they come, one after the other, from one thread. */
    interface Reader {
        void read(StoreKey key, @Nullable ObjectNode value, long timestampMillis);

        /** All that was read so far is gone; what follows are the records of a new log. */
        void beginAnew();
    }

    /** Another node has become the writer, and nothing of what was to be written is there. */
    final class Fenced extends Exception {
        private static final long serialVersionUID = 1L;

        public Fenced(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The log cannot be read or written now. */
    final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;

        private final Reason reason;

        /** What is the matter. */
        public enum Reason {
            FAULT,
            TIMEOUT,
            /** The log takes no record of that size. */
            TOO_LARGE
        }

        public Unavailable(String message, @Nullable Throwable cause) {
            this(Reason.FAULT, message, cause);
        }

        public Unavailable(Reason reason, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }

    /**
     * Reads everything that is there, and from then on what comes. Returns when the reader has been
     * given all that was there at the call.
     */
    void open(Reader reader, Duration most) throws Unavailable, InterruptedException;

    /** Whether this node is the writer as far as it knows. */
    boolean isWriter();

    /**
     * Becomes the writer, and returns when the reader has been given all that was written before.
     */
    void becomeWriter(Duration most) throws Unavailable, InterruptedException;

    /**
     * Writes all of these records or none, and returns when the reader has been given them.
     *
     * @throws Unavailable when it is not known whether they were written
     */
    void append(List<Change> changes, Duration most)
            throws Fenced, Unavailable, InterruptedException;

    /** Why it cannot be read or written since it was opened, in a sentence; or empty. */
    String trouble();

    @Override
    void close();
}
