package naru.schema.client;

/** None of the registry's addresses answered as a registry does. */
public final class RegistryUnreachableException extends SchemaSourceException {
    private static final long serialVersionUID = 1L;

    public RegistryUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }

    public RegistryUnreachableException(String message) {
        super(message);
    }

    @Override
    public boolean retriable() {
        return true;
    }
}
