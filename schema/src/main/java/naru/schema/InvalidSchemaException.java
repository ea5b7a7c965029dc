package naru.schema;

/**
 * The text is no schema that we take; the message says what is wrong, and where if that is known.
 */
public final class InvalidSchemaException extends Exception {
    private static final long serialVersionUID = 1L;

    public InvalidSchemaException(String message) {
        super(message);
    }

    public InvalidSchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}
