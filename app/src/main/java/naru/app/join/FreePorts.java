package naru.app.join;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** Ports for a node that joins: the usual ones, or others where those are taken. One owner. */
final class FreePorts {
    private static final int[] OFFSETS = {0, 10_000, 20_000};

    private final Set<Integer> given = new HashSet<>();

    /** A port on which nobody listens at this moment; on an empty host, on no address. */
    int like(int usual, String host) throws IOException {
        for (int offset : OFFSETS) {
            int port = usual + offset;
            if (!given.contains(port) && isFree(port, host)) {
                given.add(port);
                return port;
            }
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address(0, host));
            given.add(socket.getLocalPort());
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port, String host) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address(port, host));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static InetSocketAddress address(int port, String host) throws IOException {
        return host.isEmpty()
                ? new InetSocketAddress(port)
                : new InetSocketAddress(
                        InetAddress.getByName(host.replaceAll("[\\[\\]]", "")), port);
    }
}
