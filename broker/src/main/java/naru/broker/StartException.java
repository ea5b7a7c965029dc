package naru.broker;

import org.jspecify.annotations.Nullable;

/** The node cannot start; the message is for the person who started it. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
