package naru.log;

/** The disk refused to read or write; the message says which file and what to do. */
public final class LogStorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LogStorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
