package naru.broker.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. The message lists every problem, for a person. */
public final class BadConfiguration extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public BadConfiguration(List<Problem> problems) {
        super(
                "The configuration cannot be used:\n"
                        + problems.stream()
                                .map(problem -> "  " + problem)
                                .collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }

    /**
     * One thing that is wrong.
     *
     * @param remedy what would be right: a sentence that goes on after the key and the value
     */
    public record Problem(String key, String value, String remedy) {
        @Override
        public String toString() {
            return key + "=" + value + ": " + remedy;
        }
    }
}
