package naru.simulation.check;

/** Something happened that Naru promises will not. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    public Violation(String message) {
        super(message);
    }

    public Violation(String message, Throwable cause) {
        super(message, cause);
    }
}
