package naru.app.join;

/** A node cannot join; the message is for the person who wants it to. */
public final class JoinFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JoinFailure(String message) {
        super(message);
    }

    public JoinFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
