package naru.quorum.metadatalog;

/** The volume of the metadata log has no room, and whoever wants to write does not wait for it. */
public final class NoRoomException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoRoomException(String message) {
        super(message);
    }
}
