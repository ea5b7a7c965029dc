package naru.http;

import java.util.function.Supplier;

/**
 * What a service shows to HTTP.
 *
 * @param name in log lines
 * @param routes what it answers
 * @param login who is let in
 * @param errors how a refusal looks
 * @param bodyBytes of one request at most
 * @param condition how it is; asked by any thread, and answers at once
 */
public record Front(
        String name,
        Routes routes,
        Login login,
        Errors errors,
        int bodyBytes,
        Supplier<Condition> condition) {
    /** Gives a refusal the body of the service's API. */
    @FunctionalInterface
    public interface Errors {
        Answer body(Call.Headers headers, Refusal refusal);
    }
}
