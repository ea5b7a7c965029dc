package naru.broker.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * An address to listen on, or one to tell clients.
 *
 * @param name in capitals
 * @param host empty for every interface
 * @param protocol PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
 */
public record Listener(String name, String host, int port, String protocol) {
    private static final String LOOPBACK = "127.0.0.1";

    /** Prefix of the settings that hold for this listener only. */
    public String settingPrefix() {
        return settingPrefix(name);
    }

    public static String settingPrefix(String name) {
        return "listener.name." + name.toLowerCase(Locale.ROOT) + ".";
    }

    /** Whether what is sent is encrypted. */
    public boolean encrypted() {
        return protocol.equals("SSL") || protocol.equals("SASL_SSL");
    }

    /** Whether clients log in by SASL. */
    public boolean login() {
        return protocol.startsWith("SASL_");
    }

    /** Whether only this machine can reach it. */
    public boolean loopback() {
        return isLoopback(host);
    }

    /** The same, for this machine only. */
    Listener onLoopback() {
        return new Listener(name, LOOPBACK, port, protocol);
    }

    static boolean isLoopback(String host) {
        if (host.isEmpty()) {
            return false;
        }
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    @Override
    public String toString() {
        return name + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
