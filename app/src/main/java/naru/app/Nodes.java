package naru.app;

import io.prometheus.metrics.model.registry.MultiCollector;

import naru.app.metrics.MetricsEndpoint;
import naru.app.metrics.ServiceMetrics;
import naru.app.records.KnownSchemas;
import naru.app.records.SchemaRecordCheck;
import naru.broker.Node;
import naru.broker.OwnClients;
import naru.broker.StartException;
import naru.broker.config.BadConfiguration;
import naru.broker.config.Listener;
import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.broker.login.FirstUser;
import naru.broker.newcomer.Newcomers;
import naru.http.Login;
import naru.schema.client.HttpSchemaSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Starts what {@code naru start} starts: the node and the services that were chosen. */
final class Nodes {
    private static final Logger LOG = LoggerFactory.getLogger("naru.node");

    private static final String BROKER = "broker";

    private Nodes() {}

    static NodeLauncher ofThisBuild() {
        return Nodes::launch;
    }

    private static NodeLauncher.RunningNode launch(
            Map<String, String> settings, @Nullable FirstUser firstUser) {
        CountDownLatch end = new CountDownLatch(1);
        Node node = null;
        try {
            NodeConfig config = NodeConfig.parse(settings);
            if (!config.withoutEffect().isEmpty()) {
                LOG.info("accepted without effect: {}", String.join(", ", config.withoutEffect()));
            }
            for (Listener listener : config.narrowedListeners()) {
                LOG.warn(
                        "listeners={} names no host, and nobody would have to authenticate: only"
                                + " this machine reaches it. For others, start with --secure or"
                                + " set {}=true",
                        listener,
                        NaruSettings.INSECURE_LISTENERS);
            }
            if (!config.services().contains(BROKER)) {
                return alone(config, end);
            }
            KnownSchemas schemas =
                    new KnownSchemas(
                            Duration.ofMillis(config.integer(NaruSettings.REGISTRY_TIMEOUT)),
                            System::nanoTime);
            node =
                    Node.start(
                            config,
                            (message, cause) -> {
                                LOG.error("the metadata engine cannot go on: {}", message, cause);
                                end.countDown();
                            },
                            new SchemaRecordCheck(schemas));
            if (firstUser != null) {
                node.add(firstUser);
            }
            Services services = new Services();
            List<MetricsEndpoint> endpoints = metrics(config, node.metrics(), services);
            try {
                Services.Surroundings around = around(config, node);
                services.start(config, around);
                OwnRegistry.named(config, services.tls())
                        .or(() -> services.ownRegistry(config, around.login()))
                        .ifPresent(at ->
                                schemas.ask(new HttpSchemaSource(at, HttpSchemaSource.Lives.NONE)));
                return new Running(node, endpoints, services, schemas, end);
            } catch (StartFailure refused) {
                endpoints.forEach(MetricsEndpoint::close);
                throw refused;
            }
        } catch (BadConfiguration | StartException refused) {
            if (node != null) {
                node.close();
            }
            throw new StartFailure(String.valueOf(refused.getMessage()), refused);
        } catch (StartFailure refused) {
            if (node != null) {
                node.close();
            }
            throw refused;
        }
    }

    /** Services beside a cluster that others run. */
    private static NodeLauncher.RunningNode alone(NodeConfig config, CountDownLatch end) {
        OtherCluster other =
                OtherCluster.of(config)
                        .orElseThrow(() ->
                                new StartFailure(
                                        "%s leaves the broker out, so %s has to name the Kafka cluster that the services use, for example --set %s=127.0.0.1:9092"
                                                .formatted(
                                                        NaruSettings.SERVICES,
                                                        NaruSettings.BOOTSTRAP,
                                                        NaruSettings.BOOTSTRAP)));
        Services services = new Services();
        List<MetricsEndpoint> endpoints = metrics(config, List.of(), services);
        try {
            OwnLogin login =
                    new OwnLogin(
                            login(
                                    config,
                                    other,
                                    (from, kind, name, reason) -> {
                                        LOG.warn(
                                                "{} could not log in by {} from {}: {}",
                                                name,
                                                kind,
                                                from,
                                                reason);
                                    }));
            services.start(config, new Services.Surroundings(other.properties(), login, true));
            return new Alone(
                    String.valueOf(config.text(NaruSettings.BOOTSTRAP)), endpoints, services, end);
        } catch (StartFailure refused) {
            endpoints.forEach(MetricsEndpoint::close);
            throw refused;
        }
    }

    private static Services.Surroundings around(NodeConfig config, Node node) {
        ClusterLogin.Failures failures =
                (from, kind, name, reason) ->
                        node.trail().onAuthenticationFailed("http", from, kind, name, reason);
        Optional<OtherCluster> other = OtherCluster.of(config);
        return other.isPresent()
                ? new Services.Surroundings(
                        other.get().properties(),
                        new OwnLogin(login(config, other.get(), failures)),
                        false)
                : new Services.Surroundings(
                        node.forOwnClients(), new OwnLogin(login(node, failures)), false);
    }

    /** Users of the services are those of the broker, and may do there what they may here. */
    private static Login login(Node node, ClusterLogin.Failures failures) {
        Optional<Map<String, Object>> anybody = node.forAnybody();
        boolean open = "open".equals(node.config().text(NaruSettings.SERVICES_LOGIN));
        if (open || (anybody.isPresent() && !node.config().enforcesAccess())) {
            return Login.everybody(anybody.orElse(node.forOwnClients()));
        }
        OwnClients.ForUsers users =
                node.forUsers().orElse(new OwnClients.ForUsers(Map.of(), List.of()));
        SaslProperties sasl = new SaslProperties(users.mechanisms());
        InstantSource clock = InstantSource.system();
        return new ClusterLogin(
                new ClusterLogin.Ways(
                        users.properties(),
                        sasl,
                        anybody,
                        new CertificateUsers(node.forOwnClients(), sasl, clock)),
                failures,
                clock);
    }

    private static Login login(
            NodeConfig config, OtherCluster other, ClusterLogin.Failures failures) {
        if ("open".equals(config.text(NaruSettings.SERVICES_LOGIN)) || !other.asksForLogin()) {
            return Login.everybody(other.properties());
        }
        SaslProperties sasl = new SaslProperties(other.mechanisms());
        InstantSource clock = InstantSource.system();
        return new ClusterLogin(
                new ClusterLogin.Ways(
                        other.forUsers(),
                        sasl,
                        Optional.empty(),
                        new CertificateUsers(other.properties(), sasl, clock)),
                failures,
                clock);
    }

    private static List<MetricsEndpoint> metrics(
            NodeConfig config, List<MultiCollector> ofNode, Services services) {
        List<MultiCollector> collectors = new ArrayList<>(ofNode);
        collectors.add(new ServiceMetrics(services.traffic()));
        List<MetricsEndpoint> endpoints = new ArrayList<>();
        for (String address : config.list(NaruSettings.METRICS_LISTENERS)) {
            try {
                endpoints.add(
                        new MetricsEndpoint(URI.create(address), collectors, services::health));
            } catch (IOException e) {
                endpoints.forEach(MetricsEndpoint::close);
                throw new StartFailure(
                        "%s: cannot listen on %s: %s. Stop what uses the address, or choose another, for example --set %s=http://127.0.0.1:19404"
                                .formatted(
                                        NaruSettings.METRICS_LISTENERS,
                                        address,
                                        e.getMessage(),
                                        NaruSettings.METRICS_LISTENERS),
                        e);
            }
        }
        return endpoints;
    }

    private record Running(
            Node node,
            List<MetricsEndpoint> endpoints,
            Services services,
            KnownSchemas schemas,
            CountDownLatch end)
            implements NodeLauncher.RunningNode {
        @Override
        public String summary() {
            if (node.bootstrap().isEmpty()) {
                return "a controller of the cluster " + node.clusterId();
            }
            List<String> parts = new ArrayList<>(services.summary());
            parts.addFirst("Kafka clients connect to " + String.join(", ", node.bootstrap()));
            return String.join("; ", parts);
        }

        @Override
        public List<String> bootstrap() {
            return node.bootstrap();
        }

        @Override
        public Newcomers newcomers() {
            return node.newcomers();
        }

        @Override
        public void awaitEnd() throws InterruptedException {
            end.await();
        }

        @Override
        public void close() {
            services.close();
            endpoints.forEach(MetricsEndpoint::close);
            node.close();
            schemas.close();
            end.countDown();
        }
    }

    /** Services of a cluster that others run. */
    private record Alone(
            String cluster, List<MetricsEndpoint> endpoints, Services services, CountDownLatch end)
            implements NodeLauncher.RunningNode {
        @Override
        public String summary() {
            return "beside the cluster at "
                    + cluster
                    + ": "
                    + String.join("; ", services.summary());
        }

        @Override
        public List<String> bootstrap() {
            return List.of(cluster);
        }

        @Override
        public Newcomers newcomers() {
            throw new IllegalStateException("no broker runs here that could let nodes in");
        }

        @Override
        public void awaitEnd() throws InterruptedException {
            end.await();
        }

        @Override
        public void close() {
            services.close();
            endpoints.forEach(MetricsEndpoint::close);
            end.countDown();
        }
    }
}
