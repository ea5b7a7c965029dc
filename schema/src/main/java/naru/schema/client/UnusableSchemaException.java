package naru.schema.client;

/** The registry has the schema, but what it gave cannot be understood here. */
public final class UnusableSchemaException extends SchemaSourceException {
    private static final long serialVersionUID = 1L;

    public UnusableSchemaException(String message, Throwable cause) {
        super(message, cause);
    }

    public UnusableSchemaException(String message) {
        super(message);
    }

    @Override
    public boolean retriable() {
        return false;
    }
}
