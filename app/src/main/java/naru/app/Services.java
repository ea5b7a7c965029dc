package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.http.Front;
import naru.http.Login;
import naru.http.WebBounds;
import naru.http.WebServer;
import naru.registry.RegistryService;

import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The services of this process that are not the broker: Kafka clients with an HTTP front, all on
 * one server. They accept from the start, and do nothing until somebody asks.
 */
final class Services implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.services");
    private static final String REGISTRY = "registry";

    private final WebServer server = new WebServer(WebBounds.DEFAULT);
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final List<String> summary = new ArrayList<>();
    private @Nullable URI registry;

    private Services() {}

    /**
     * Starts what the configuration names.
     *
     * @param ownBroker properties by which clients reach the broker of this process
     * @param login who is let in
     * @throws StartFailure when an address cannot be had, naming its key
     */
    static Services start(NodeConfig config, Map<String, Object> ownBroker, Login login) {
        Services services = new Services();
        boolean serves = false;
        try {
            services.begin(config, clients(config, ownBroker), login);
            serves = true;
            return services;
        } finally {
            if (!serves) {
                services.close();
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
        if (config.services().contains(REGISTRY) && !clients.isEmpty()) {
            RegistryService registry =
                    new RegistryService(
                            String.valueOf(config.text(NaruSettings.REGISTRY_TOPIC)),
                            clients,
                            Version.ofNaru(),
                            login);
            running.push(registry);
            listen(config, REGISTRY, registry.front());
        }
        if (!summary.isEmpty()) {
            server.start();
        }
    }

    private void listen(NodeConfig config, String service, Front front) {
        String key = NaruSettings.listenersOf(service);
        for (String address : config.list(key)) {
            try {
                URI uri = URI.create(address);
                int port = server.listen(uri, front, null);
                summary.add(
                        "%s %s://%s:%d".formatted(service, uri.getScheme(), uri.getHost(), port));
                if (service.equals(REGISTRY) && registry == null) {
                    registry =
                            URI.create(
                                    "%s://%s:%d".formatted(uri.getScheme(), uri.getHost(), port));
                }
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
        return Optional.ofNullable(registry);
    }

    /** What is served and where, each as {@code NAME URL}. */
    List<String> summary() {
        return List.copyOf(summary);
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
