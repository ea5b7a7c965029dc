package naru.http;

/**
 * What clients can make the process keep, over all listeners.
 *
 * @param connections open at once; more are accepted when others have ended
 * @param requests under way at once; more wait
 * @param bodyBytes of one request, unless its route asks for less
 * @param headerBytes of the request line and headers together
 * @param bodiesBytes of all requests' bodies that are kept in memory
 * @param idleMillis after which a silent connection is closed, and one whose handshake or headers
 *     have not come to an end
 * @param bodyBytesPerSecond that a client has to send at least, on average over its request
 */
public record WebBounds(
        int connections,
        int requests,
        int bodyBytes,
        int headerBytes,
        int bodiesBytes,
        int idleMillis,
        int bodyBytesPerSecond) {
    public static final WebBounds DEFAULT =
            new WebBounds(4_096, 1_024, 16 << 20, 16 << 10, 32 << 20, 30_000, 1_024);
}
