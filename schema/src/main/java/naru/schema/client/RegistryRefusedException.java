package naru.schema.client;

/** The registry answered with an error of its API. */
public final class RegistryRefusedException extends SchemaSourceException {
    private static final long serialVersionUID = 1L;

    /** {@link #code} of a subject that is not there. */
    public static final int SUBJECT_NOT_FOUND = 40401;

    /** {@link #code} of a version that is not there. */
    public static final int VERSION_NOT_FOUND = 40402;

    /** {@link #code} of an id that is not there. */
    public static final int SCHEMA_NOT_FOUND = 40403;

    private final int status;
    private final int code;
    private final String sentence;

    public RegistryRefusedException(int status, int code, String sentence) {
        super("The schema registry answers %d: %s".formatted(code, sentence));
        this.status = status;
        this.code = code;
        this.sentence = sentence;
    }

    /** HTTP's status. */
    public int status() {
        return status;
    }

    /** {@code error_code} of the API, such as 40403; HTTP's status where there was none. */
    public int code() {
        return code;
    }

    /** The registry's words. */
    public String sentence() {
        return sentence;
    }

    /** Whether what was asked for is not there. */
    public boolean notFound() {
        return status == 404;
    }

    @Override
    public boolean retriable() {
        return status == 429 || (status >= 500 && status != 501);
    }
}
