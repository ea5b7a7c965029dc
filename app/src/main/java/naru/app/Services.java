package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.connect.ConnectService;
import naru.http.Front;
import naru.http.Login;
import naru.http.Traffic;
import naru.http.WebBounds;
import naru.http.WebServer;
import naru.registry.RegistryService;
import naru.rest.RestService;
import naru.rest.RestSettings;

import org.apache.kafka.clients.CommonClientConfigs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The services of this process that are not the broker: Kafka clients with an HTTP front, all on
 * one server. They accept from the start, and do nothing until somebody asks.
 */
final class Services implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.services");
    private static final String REGISTRY = "registry";
    private static final String REST = "rest";
    private static final String CONNECT = "connect";

    private final WebServer server = new WebServer(WebBounds.DEFAULT);
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final List<String> summary = new ArrayList<>();

    /** One for each service, for the others of this process. */
    private final Map<String, String> addresses = new ConcurrentSkipListMap<>();

    /** Nothing is served before it is started. */
    Services() {}

    /**
     * Starts what the configuration names.
     *
     * @param ownBroker properties by which clients reach the broker of this process
     * @param login who is let in
     * @throws StartFailure when an address cannot be had, naming its key
     */
    void start(NodeConfig config, Map<String, Object> ownBroker, Login login) {
        boolean serves = false;
        try {
            begin(config, clients(config, ownBroker), login);
            serves = true;
        } finally {
            if (!serves) {
                close();
            }
        }
    }

    private static Map<String, Object> clients(NodeConfig config, Map<String, Object> ownBroker) {
        String other = config.text(NaruSettings.BOOTSTRAP);
        return other == null
                ? ownBroker
                : Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, other);
    }

    private void begin(NodeConfig config, Map<String, Object> clients, Login login) {
        if (clients.isEmpty()) {
            return;
        }
        Set<String> wanted = config.services();
        if (wanted.contains(REGISTRY)) {
            beginRegistry(config, clients, login);
        }
        if (wanted.contains(REST)) {
            beginRest(config, clients, login);
        }
        ConnectService connect =
                wanted.contains(CONNECT) ? beginConnect(config, clients, login) : null;
        if (!summary.isEmpty()) {
            server.start();
        }
        if (connect != null) {
            connect.wakeWhereConnectorsAre();
        }
    }

    private void beginRegistry(NodeConfig config, Map<String, Object> clients, Login login) {
        RegistryService registry =
                new RegistryService(
                        String.valueOf(config.text(NaruSettings.REGISTRY_TOPIC)),
                        clients,
                        Version.ofNaru(),
                        login);
        running.push(registry);
        listen(config, REGISTRY, registry.front());
    }

    private void beginRest(NodeConfig config, Map<String, Object> clients, Login login) {
        RestSettings settings =
                new RestSettings(
                        config.integer(NaruSettings.REST_INSTANCES),
                        config.integer(NaruSettings.REST_INSTANCES_PER_USER),
                        Duration.ofMillis(config.integer(NaruSettings.REST_INSTANCE_TIMEOUT)));
        RegistryClients schemas = new RegistryClients(config, addresses.get(REGISTRY));
        RestService rest = new RestService(settings, clients, schemas, login);
        running.push(rest);
        listen(config, REST, rest.front());
    }

    private ConnectService beginConnect(
            NodeConfig config, Map<String, Object> clients, Login login) {
        ConnectService connect =
                new ConnectService(
                        ConnectSettingsOf.node(config, clients), login, Runtime.getRuntime()::exit);
        running.push(connect);
        listen(config, CONNECT, connect.front());
        return connect;
    }

    private void listen(NodeConfig config, String service, Front front) {
        String key = NaruSettings.listenersOf(service);
        for (String address : config.list(key)) {
            try {
                URI uri = URI.create(address);
                int port = server.listen(uri, front, null);
                String served = "%s://%s:%d".formatted(uri.getScheme(), uri.getHost(), port);
                addresses.putIfAbsent(service, served);
                summary.add(service + " " + served);
            } catch (IOException fault) {
                throw new StartFailure(
                        "%s: cannot listen on %s: %s. Stop what uses the address, choose another, or leave %s out of naru.services"
                                .formatted(key, address, fault.getMessage(), service),
                        fault);
            }
        }
    }

    /** Where the registry of this process is reached; empty: there is none. */
    Optional<URI> registry() {
        return Optional.ofNullable(addresses.get(REGISTRY)).map(URI::create);
    }

    /** What is served and where, each as {@code NAME URL}. */
    List<String> summary() {
        return List.copyOf(summary);
    }

    /** What was asked of them so far. */
    Traffic traffic() {
        return server.traffic();
    }

    /** A line for each, as the health endpoint tells it. */
    List<String> health() {
        List<String> lines = new ArrayList<>();
        addresses.forEach((service, address) -> {
            long asked = 0;
            long failed = 0;
            for (Traffic.Count count : traffic().counts()) {
                if (count.route().service().equals(service)) {
                    for (Map.Entry<Integer, Long> each : count.answers().entrySet()) {
                        asked += each.getValue();
                        failed += each.getKey() >= 500 ? each.getValue() : 0;
                    }
                }
            }
            lines.add("%s %s requests=%d failed=%d".formatted(service, address, asked, failed));
        });
        return lines;
    }

    @Override
    public void close() {
        server.close();
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception fault) {
                LOG.warn("a service did not stop cleanly", fault);
            }
        }
    }
}
