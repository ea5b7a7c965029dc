package naru.broker.config;

import naru.broker.config.BadConfiguration.Problem;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads listener settings; what is wrong goes to the list of problems. */
final class ListenerSettings {
    private static final Pattern LISTENER =
            Pattern.compile("([A-Za-z0-9_.-]+)://(?:\\[([0-9A-Fa-f:.%]+)]|([^:/]*)):(-?\\d{1,6})");
    private static final Set<String> PROTOCOLS =
            Set.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
    private static final int MAX_PORT = 65535;

    private final List<Problem> problems;
    private final Map<String, String> protocols;

    /**
     * @param controllerNames listeners that need no entry in the protocol map
     * @param mapGiven whether the map was set, and not only its default
     */
    ListenerSettings(
            List<Problem> problems,
            String protocolMap,
            boolean mapGiven,
            List<String> controllerNames) {
        this.problems = problems;
        this.protocols = protocols(protocolMap);
        if (!mapGiven) {
            controllerNames.forEach(
                    name -> protocols.putIfAbsent(name.toUpperCase(Locale.ROOT), "PLAINTEXT"));
        }
    }

    private Map<String, String> protocols(String protocolMap) {
        Map<String, String> byName = new HashMap<>();
        for (String entry : protocolMap.split(",", -1)) {
            if (entry.isBlank()) {
                continue;
            }
            String[] parts = entry.split(":", -1);
            String protocol = parts.length == 2 ? parts[1].strip().toUpperCase(Locale.ROOT) : "";
            if (!PROTOCOLS.contains(protocol)) {
                problem(
                        SocketSettings.PROTOCOL_MAP,
                        entry.strip(),
                        "write NAME:PROTOCOL with PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL");
                continue;
            }
            byName.put(parts[0].strip().toUpperCase(Locale.ROOT), protocol);
        }
        return byName;
    }

    /** What is spoken on listeners of this name, or null when nothing says it. */
    @Nullable String protocol(String name) {
        return protocols.get(name);
    }

    /** Listeners of one setting, in its order. */
    List<Listener> read(String key, List<String> values) {
        List<Listener> listeners = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (String value : values) {
            Listener listener = read(key, value);
            if (listener == null) {
                continue;
            }
            if (!names.add(listener.name())) {
                problem(key, value, "the name " + listener.name() + " is used twice");
            } else if (listener.port() != 0
                    && key.equals(SocketSettings.LISTENERS)
                    && !addresses.add(listener.host() + " " + listener.port())) {
                problem(key, value, "port " + listener.port() + " is used twice");
            } else {
                listeners.add(listener);
            }
        }
        return listeners;
    }

    private @Nullable Listener read(String key, String value) {
        Matcher parts = LISTENER.matcher(value.strip());
        if (!parts.matches()) {
            problem(key, value, "write NAME://HOST:PORT, for example PLAINTEXT://127.0.0.1:9092");
            return null;
        }
        int port = Integer.parseInt(parts.group(4));
        if (port < 0 || port > MAX_PORT) {
            problem(key, value, "a port is a number from 0 to 65535, and 0 takes any free one");
            return null;
        }
        String name = parts.group(1).toUpperCase(Locale.ROOT);
        String protocol = protocols.get(name);
        if (protocol == null) {
            problem(
                    key,
                    value,
                    "say which protocol "
                            + name
                            + " speaks: add "
                            + name
                            + ":SASL_SSL, or another protocol, to "
                            + SocketSettings.PROTOCOL_MAP);
            return null;
        }
        String host = parts.group(2) != null ? parts.group(2) : parts.group(3);
        return new Listener(name, host, port, protocol);
    }

    /** Refuses listeners that others than this machine could reach. */
    void requireLoopback(String key, List<Listener> listeners) {
        for (Listener listener : listeners) {
            if (!listener.loopback()) {
                openListener(key, listener.toString(), listener.host());
            }
        }
    }

    private void openListener(String key, String value, String host) {
        problem(
                key,
                value,
                (host.isEmpty() ? "every interface" : host)
                        + " can be reached by others and nobody would have to authenticate; use"
                        + " 127.0.0.1, start with --secure, or set "
                        + NaruSettings.INSECURE_LISTENERS
                        + "=true if everyone on that network may read, write and delete");
    }

    private void problem(String key, String value, String remedy) {
        problems.add(new Problem(key, value, remedy));
    }
}
