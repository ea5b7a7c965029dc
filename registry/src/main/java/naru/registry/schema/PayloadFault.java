package naru.registry.schema;

/** That a payload is not of its schema, thrown within a check to its beginning. */
public final class PayloadFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PayloadFault(String message) {
        super(message, null, false, false);
    }

    /** The fault, and the field that it is in. */
    public String at(String path) {
        return path.isEmpty() ? getMessage() : path + ": " + getMessage();
    }
}
