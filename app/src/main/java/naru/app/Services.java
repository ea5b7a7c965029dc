package naru.app;

import naru.app.metrics.ServiceHealth;
import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.connect.ConnectService;
import naru.http.Condition;
import naru.http.Front;
import naru.http.Traffic;
import naru.http.WebBounds;
import naru.http.WebServer;
import naru.registry.RegistryService;
import naru.rest.RestService;
import naru.rest.RestSettings;
import naru.schema.client.RegistryAddress;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

import javax.net.ssl.SSLContext;

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
    private final Listening listening = new Listening(server);
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Map<String, Front> fronts = new ConcurrentSkipListMap<>();
    private @Nullable ServiceKeys keys;

    /**
     * What services find in this process.
     *
     * @param clients properties by which they reach the cluster; empty: not at all
     * @param login who is let in
     * @param alone whether there is nothing in this process but services
     */
    record Surroundings(Map<String, Object> clients, OwnLogin login, boolean alone) {}

    /** Nothing is served before it is started. */
    Services() {}

    /**
     * Starts what the configuration names.
     *
     * @throws StartFailure when keys cannot be used, or nothing can be served and nothing else is
     */
    void start(NodeConfig config, Surroundings around) {
        boolean serves = false;
        try {
            if (!around.clients().isEmpty()) {
                begin(config, around);
            }
            serves = true;
        } finally {
            if (!serves) {
                close();
            }
        }
    }

    private void begin(NodeConfig config, Surroundings around) {
        ServiceKeys ours = new ServiceKeys(config);
        keys = ours;
        Set<String> wanted = config.services();
        if (wanted.contains(REGISTRY)) {
            beginRegistry(config, around);
        }
        if (wanted.contains(REST)) {
            beginRest(config, around);
        }
        ConnectService connect =
                wanted.contains(CONNECT) ? beginConnect(config, around, ours) : null;
        List<String> problems = listening.nothingServed();
        if (around.alone() && !problems.isEmpty()) {
            throw new StartFailure(String.join("\n", problems));
        }
        if (!fronts.isEmpty()) {
            server.start();
            listening.goOn();
        }
        if (connect != null) {
            connect.wakeWhereConnectorsAre();
        }
    }

    private void beginRegistry(NodeConfig config, Surroundings around) {
        RegistryService registry =
                new RegistryService(
                        String.valueOf(config.text(NaruSettings.REGISTRY_TOPIC)),
                        around.clients(),
                        Version.ofNaru(),
                        around.login());
        running.push(registry);
        listen(config, REGISTRY, registry.front());
    }

    private void beginRest(NodeConfig config, Surroundings around) {
        RestSettings settings =
                new RestSettings(
                        config.integer(NaruSettings.REST_INSTANCES),
                        config.integer(NaruSettings.REST_INSTANCES_PER_USER),
                        Duration.ofMillis(config.integer(NaruSettings.REST_INSTANCE_TIMEOUT)));
        RegistryClients schemas =
                new RegistryClients(
                        OwnRegistry.named(config, tls()),
                        () -> ownRegistry(config, around.login()).map(RegistryAddress::withoutUser),
                        around.login()::tokenFor);
        RestService rest = new RestService(settings, around.clients(), schemas, around.login());
        running.push(rest);
        listen(config, REST, rest.front());
    }

    private ConnectService beginConnect(NodeConfig config, Surroundings around, ServiceKeys ours) {
        ConnectService connect =
                new ConnectService(
                        ConnectSettingsOf.node(
                                config,
                                around.clients(),
                                ownRegistry(config, around.login()).orElse(null),
                                ours.own()),
                        around.login(),
                        Runtime.getRuntime()::exit);
        running.push(connect);
        listen(config, CONNECT, connect.front());
        return connect;
    }

    private void listen(NodeConfig config, String service, Front front) {
        ServiceKeys ours = keys;
        fronts.put(service, front);
        for (String address : config.list(NaruSettings.listenersOf(service))) {
            listening.on(
                    service,
                    URI.create(address.strip()),
                    front,
                    ours == null ? null : ours.of(service));
        }
    }

    /** How this process reaches https of its own; null: as this Java does. */
    @Nullable SSLContext tls() {
        ServiceKeys ours = keys;
        return ours == null ? null : ours.own();
    }

    /** The registry of this process, as this process itself asks it; empty: there is none. */
    Optional<RegistryAddress> ownRegistry(NodeConfig config, OwnLogin login) {
        return Optional.ofNullable(listening.addresses().get(REGISTRY))
                .map(address -> OwnRegistry.at(address, config, login, tls()));
    }

    /** What is served and where, each as {@code NAME URL}. */
    List<String> summary() {
        return listening.summary();
    }

    /** What was asked of them so far. */
    Traffic traffic() {
        return server.traffic();
    }

    /** How each is. */
    List<ServiceHealth> health() {
        List<ServiceHealth> all = new ArrayList<>();
        fronts.forEach((service, front) -> {
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
            all.add(
                    new ServiceHealth(
                            service,
                            String.valueOf(listening.addresses().get(service)),
                            condition(service, front),
                            asked,
                            failed));
        });
        return all;
    }

    private Condition condition(String service, Front front) {
        String trouble = listening.trouble(service);
        Condition own = front.condition().get();
        if (!trouble.isEmpty()) {
            return new Condition.Down(trouble);
        }
        String failing = traffic().failing(service);
        return own instanceof Condition.Down || failing.isEmpty()
                ? own
                : new Condition.Down("it could answer none of the last requests: " + failing);
    }

    @Override
    public void close() {
        listening.close();
        server.close();
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception fault) {
                LOG.warn("a service did not stop cleanly", fault);
            }
        }
        if (keys != null) {
            keys.close();
        }
    }
}
