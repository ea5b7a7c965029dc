package naru.schema.client;

/** That a registry did not give what was asked for. */
public abstract sealed class SchemaSourceException extends Exception
        permits RegistryRefusedException, RegistryUnreachableException, UnusableSchemaException {
    private static final long serialVersionUID = 1L;

    SchemaSourceException(String message, Throwable cause) {
        super(message, cause);
    }

    SchemaSourceException(String message) {
        super(message);
    }

    /** Whether the same call may be answered otherwise in a moment. */
    public abstract boolean retriable();
}
