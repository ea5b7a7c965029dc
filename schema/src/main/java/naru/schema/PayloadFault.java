package naru.schema;

/** That a payload is not of its schema, thrown within a check to its beginning. */
public final class PayloadFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String problem;

    public PayloadFault(String problem) {
        super(problem, null, false, false);
        this.problem = problem;
    }

    /** What is wrong. */
    public String problem() {
        return problem;
    }

    /** The fault, and the field that it is in. */
    public String at(String path) {
        return path.isEmpty() ? problem : path + ": " + problem;
    }
}
