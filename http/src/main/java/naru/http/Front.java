package naru.http;

/**
 * What a service shows to HTTP.
 *
 * @param name in log lines
 * @param routes what it answers
 * @param login who is let in
 * @param errors how a refusal looks
 * @param bodyBytes of one request at most
 */
public record Front(String name, Routes routes, Login login, Errors errors, int bodyBytes) {
    /** Gives a refusal the body of the service's API. */
    @FunctionalInterface
    public interface Errors {
        Answer body(Call.Headers headers, Refusal refusal);
    }
}
