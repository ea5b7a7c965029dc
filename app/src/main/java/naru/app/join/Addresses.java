package naru.app.join;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;

/** HOST:PORT, as this machine sees it. */
public final class Addresses {
    private static final int CONNECT_MILLIS = 3_000;

    private Addresses() {}

    public static String text(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static InetSocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
    }

    /** Whether only the machine itself can mean it. */
    public static boolean isLoopback(String address) {
        InetAddress host = parse(address).getAddress();
        return host != null && host.isLoopbackAddress();
    }

    /**
     * The address of this machine by which it reaches the first of these that takes a connection.
     *
     * @throws JoinFailure when none does
     */
    static InetAddress towards(List<String> addresses) {
        String obstacle = "the cluster names none";
        for (String address : addresses) {
            try (Socket socket = new Socket()) {
                socket.connect(parse(address), CONNECT_MILLIS);
                return socket.getLocalAddress();
            } catch (IOException | IllegalArgumentException unreachable) {
                obstacle = address + ": " + unreachable.getMessage();
            }
        }
        throw new JoinFailure(
                "the cluster's controllers cannot be reached from here (%s). ".formatted(obstacle)
                        + "A node that listens on loopback only can be joined on its own machine"
                        + " only: start it with --secure, or with listeners=... on an address of"
                        + " its network, and naru.insecure.listeners=true where that is no danger");
    }
}
