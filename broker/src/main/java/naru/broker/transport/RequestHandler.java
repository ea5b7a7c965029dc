package naru.broker.transport;

/**
 * Serves one request kind. Called on a selector loop: must not block; slow work goes to {@link
 * java.lang.Thread#startVirtualThread a virtual thread}. What it throws is answered by {@link
 * Request#fail}.
 */
@FunctionalInterface
public interface RequestHandler {
    void handle(Request request);
}
