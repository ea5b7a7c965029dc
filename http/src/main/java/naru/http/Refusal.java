package naru.http;

/**
 * A request that is not done, and why. The service gives it its body ({@link Front#errors}).
 *
 * <p>Carries no stack trace: it is an answer, not a fault.
 */
public final class Refusal extends RuntimeException {
    private final int status;
    private final int code;

    /**
     * @param status of HTTP
     * @param code of the service's API, in which the status is often the first three digits
     * @param message for a person: what is wrong and what would be right
     */
    public Refusal(int status, int code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** A refusal that HTTP itself has a number for. */
    public Refusal(int status, String message) {
        this(status, status, message);
    }

    public int status() {
        return status;
    }

    public int code() {
        return code;
    }

    public String message() {
        return String.valueOf(getMessage());
    }
}
