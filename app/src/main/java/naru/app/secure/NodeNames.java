package naru.app.secure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The names and addresses by which others may reach this machine. */
final class NodeNames {
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9-]+)*");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    private NodeNames() {}

    /**
     * As a certificate names them: {@code dns:HOST} and {@code ip:ADDRESS}.
     *
     * @param more hosts that clients are told
     */
    static List<String> all(List<String> more) throws IOException {
        Set<String> names = new TreeSet<>();
        add(names, "localhost");
        addThisHost(names);
        more.forEach(name -> add(names, name));
        for (InetAddress address : addresses()) {
            if (!address.isLinkLocalAddress()) {
                add(names, address.getHostAddress().replaceAll("%.*", ""));
            }
        }
        return new ArrayList<>(names);
    }

    private static void addThisHost(Set<String> names) {
        try {
            InetAddress host = InetAddress.getLocalHost();
            add(names, host.getHostName());
            add(names, host.getCanonicalHostName());
        } catch (UnknownHostException nameless) {
            add(names, "localhost");
        }
    }

    private static List<InetAddress> addresses() throws IOException {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .toList();
        } catch (SocketException none) {
            throw new IOException("the addresses of this machine cannot be read", none);
        }
    }

    private static void add(Set<String> names, String name) {
        if (ADDRESS.matcher(name).matches()) {
            names.add("ip:" + name);
        } else if (HOST.matcher(name).matches()) {
            names.add("dns:" + name);
        }
    }
}
