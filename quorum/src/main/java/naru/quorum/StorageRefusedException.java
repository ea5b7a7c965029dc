package naru.quorum;

/** The data folders are not this node's, or cannot be used; the message says why, for people. */
public final class StorageRefusedException extends RuntimeException {
    public StorageRefusedException(String message) {
        super(message);
    }

    public StorageRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
