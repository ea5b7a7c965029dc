package naru.testkit;

import java.util.List;

/**
 * Where a server process runs.
 *
 * @param host the address that it listens on
 * @param controllerHost the address that its controller listens on
 * @param prefix what its command begins with, for example to enter a network namespace
 */
public record Place(String host, String controllerHost, List<String> prefix) {
    public static final Place LOOPBACK = new Place("127.0.0.1", "127.0.0.1", List.of());
}
