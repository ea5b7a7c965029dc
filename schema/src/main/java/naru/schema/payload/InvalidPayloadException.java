package naru.schema.payload;

/** That bytes or JSON are not what a schema or the wire format asks for; the message says where. */
public final class InvalidPayloadException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidPayloadException(String message) {
        super(message);
    }

    public InvalidPayloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
