package naru.http;

/**
 * What clients can make the process keep, over all listeners.
 *
 * @param connections open at once; more are accepted when others have ended
 * @param requests under way at once; more wait
 * @param bodyBytes of one request, unless its route asks for less
 * @param headerBytes of the request line and headers together
 * @param idleMillis after which a silent connection is closed
 * @param bodyBytesPerSecond that a client has to send at least, on average over its request
 */
public record WebBounds(
        int connections,
        int requests,
        int bodyBytes,
        int headerBytes,
        int idleMillis,
        int bodyBytesPerSecond) {
    public static final WebBounds DEFAULT =
            new WebBounds(4_096, 1_024, 16 << 20, 16 << 10, 30_000, 1_024);
}
