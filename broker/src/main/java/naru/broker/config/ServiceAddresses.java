package naru.broker.config;

import naru.broker.config.BadConfiguration.Problem;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The addresses on which HTTP is spoken: what is wrong with them goes to the list of problems. */
final class ServiceAddresses {
    private static final int PORT_MOST = 65_535;
    private static final String PROTOCOL = NaruSettings.CLIENT + "security.protocol";

    private final Map<String, Object> values;
    private final List<Problem> problems;
    private final ProtectionRules protection;
    private final boolean permitted;

    /**
     * @param permitted whether others than this machine may come without showing who they are
     */
    ServiceAddresses(
            Map<String, Object> values,
            List<Problem> problems,
            ProtectionRules protection,
            boolean permitted) {
        this.values = values;
        this.problems = problems;
        this.protection = protection;
        this.permitted = permitted;
    }

    /**
     * @param listeners of Kafka's protocol, among them controllers'
     */
    void check(List<Listener> listeners, List<String> controllerNames) {
        clientsOfNobody();
        List<Listener> clients =
                listeners.stream().filter(each -> !controllerNames.contains(each.name())).toList();
        boolean asked = usersAreAsked(clients);
        for (String service : NaruSettings.servicesWithLogin()) {
            String key = NaruSettings.listenersOf(service);
            for (String value : list(key)) {
                URI address = address(value);
                if (address == null) {
                    problem(key, value, "write http://HOST:PORT or https://HOST:PORT");
                } else {
                    check(service, key, address, asked);
                }
            }
        }
        for (String key : NaruSettings.openHttpListenerKeys()) {
            for (String value : list(key)) {
                URI address = address(value);
                if (address == null || !address.getScheme().equals("http")) {
                    problem(
                            key,
                            value,
                            "write http://HOST:PORT, for example http://127.0.0.1:8081");
                } else if (!permitted && !Listener.isLoopback(address.getHost())) {
                    openToOthers(key, value);
                }
            }
        }
    }

    private void check(String service, String key, URI address, boolean asked) {
        boolean encrypted = address.getScheme().equals("https");
        if (encrypted) {
            protection.check(
                    new Listener(
                            service.toUpperCase(Locale.ROOT),
                            address.getHost(),
                            address.getPort(),
                            "SSL"));
        }
        if (permitted || Listener.isLoopback(address.getHost())) {
            return;
        }
        if (!asked) {
            openToOthers(key, address.toString());
        } else if (!encrypted) {
            problem(
                    key,
                    address.toString(),
                    "passwords could be read on the way; write https://, or 127.0.0.1 for this"
                            + " machine only");
        }
    }

    /** Whether whoever comes to a service shows who it is, as at the cluster. */
    private boolean usersAreAsked(List<Listener> clients) {
        if ("open".equals(values.get(NaruSettings.SERVICES_LOGIN))) {
            return false;
        }
        if (values.get(NaruSettings.BOOTSTRAP) != null) {
            return String.valueOf(values.get(PROTOCOL)).startsWith("SASL_");
        }
        return !clients.isEmpty() && clients.stream().allMatch(protection::authenticates);
    }

    private void clientsOfNobody() {
        if (values.get(NaruSettings.BOOTSTRAP) == null) {
            values.keySet().stream()
                    .filter(key -> key.startsWith(NaruSettings.CLIENT))
                    .sorted()
                    .forEach(key ->
                            problem(
                                    key,
                                    String.valueOf(values.get(key)),
                                    "it says how services reach the cluster of "
                                            + NaruSettings.BOOTSTRAP
                                            + ", which is not set"));
        }
    }

    /** Or null, when it is none. */
    private static @Nullable URI address(String value) {
        try {
            URI address = new URI(value.strip());
            boolean known =
                    "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            boolean bare = address.getPath().isEmpty() || address.getPath().equals("/");
            return known
                            && bare
                            && address.getHost() != null
                            && address.getPort() >= 0
                            && address.getPort() <= PORT_MOST
                    ? address
                    : null;
        } catch (URISyntaxException malformed) {
            return null;
        }
    }

    private void openToOthers(String key, String value) {
        problem(
                key,
                value,
                "it can be reached by others and nobody would have to authenticate; use 127.0.0.1,"
                        + " start with --secure and write https://, or set "
                        + NaruSettings.INSECURE_LISTENERS
                        + "=true if everyone on that network may read, write and delete");
    }

    private List<String> list(String key) {
        return values.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    private void problem(String key, String value, String remedy) {
        problems.add(new Problem(key, value, remedy));
    }
}
