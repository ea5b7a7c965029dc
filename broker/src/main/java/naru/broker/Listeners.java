package naru.broker;

import naru.broker.config.Listener;
import naru.broker.config.NodeConfig;
import naru.broker.login.Protections;
import naru.broker.transport.ApiTable;
import naru.broker.transport.ListenerOptions;
import naru.broker.transport.Transport;
import naru.quorum.ClusterImage.BrokerEndpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The listeners of a node, bound: what the metadata and the ready line say of them. */
final class Listeners {
    private final NodeConfig config;
    private final Protections protections;
    private final List<Bound> bound = new ArrayList<>();
    private final List<Bound> controllers = new ArrayList<>();

    /** A configured listener and the port it got. */
    record Bound(Listener listener, InetSocketAddress address) {}

    Listeners(NodeConfig config, Protections protections) {
        this.config = config;
        this.protections = protections;
    }

    void bind(Transport transport, ApiTable brokerApis, ApiTable controllerApis)
            throws StartException {
        RememberedPorts ports = new RememberedPorts(config.metadataFolder());
        for (Listener listener : config.listeners()) {
            bound.add(bind(transport, listener, brokerApis, ports));
        }
        for (Listener listener : config.controllerListeners()) {
            controllers.add(bind(transport, listener, controllerApis, ports));
        }
        ports.save();
    }

    private Bound bind(Transport transport, Listener listener, ApiTable apis, RememberedPorts ports)
            throws StartException {
        try {
            if (!config.yields(listener)) {
                return bind(transport, listener, apis, listener.port());
            }
            int port =
                    ports.bind(
                            listener.name(),
                            listener.port(),
                            each -> bind(transport, listener, apis, each).address.getPort());
            return new Bound(listener, address(listener, port));
        } catch (IOException e) {
            throw new StartException(
                    "listeners: cannot listen on "
                            + listener
                            + ": "
                            + e.getMessage()
                            + ". Stop what uses the address, or choose another, for example"
                            + " --set listeners=PLAINTEXT://127.0.0.1:19092",
                    e);
        }
    }

    private Bound bind(Transport transport, Listener listener, ApiTable apis, int port)
            throws IOException {
        return new Bound(
                listener,
                transport.bind(
                        new ListenerOptions(
                                listener.name(),
                                address(listener, port),
                                apis,
                                protections.of(listener.name()))));
    }

    private static InetSocketAddress address(Listener listener, int port)
            throws UnknownHostException {
        return listener.host().isEmpty()
                ? new InetSocketAddress(port)
                : new InetSocketAddress(InetAddress.getByName(listener.host()), port);
    }

    /** What other brokers and clients on other machines would use to reach this one. */
    List<BrokerEndpoint> endpoints() {
        return endpoints(bound);
    }

    /** Where other nodes reach this one's controller, in the order of their names' setting. */
    List<BrokerEndpoint> controllerEndpoints() {
        List<BrokerEndpoint> endpoints = endpoints(controllers);
        endpoints.sort(
                Comparator.comparing(endpoint ->
                        !endpoint.listenerName().equals(config.controllerListenerName())));
        return endpoints;
    }

    Set<String> controllerNames() {
        return controllers.stream().map(one -> one.listener.name()).collect(Collectors.toSet());
    }

    private List<BrokerEndpoint> endpoints(List<Bound> of) {
        List<BrokerEndpoint> endpoints = new ArrayList<>();
        for (Bound one : of) {
            Listener advertised = config.advertised(one.listener.name());
            endpoints.add(
                    new BrokerEndpoint(
                            one.listener.name(),
                            advertised == null ? told(one) : advertised.host(),
                            advertised == null ? one.address.getPort() : advertised.port(),
                            one.listener.protocol()));
        }
        return endpoints;
    }

    /**
     * A yielding listener goes by the name that is told of the others, as its port is not known.
     */
    private String told(Bound one) {
        return config.yields(one.listener)
                ? config.listeners().stream()
                        .map(each -> config.advertised(each.name()))
                        .filter(Objects::nonNull)
                        .map(Listener::host)
                        .findFirst()
                        .orElseGet(() -> host(one))
                : host(one);
    }

    private static String host(Bound one) {
        if (!one.address.getAddress().isAnyLocalAddress()) {
            return one.listener.host();
        }
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }

    /** Addresses as a client on this machine would write them. */
    List<String> bootstrap() {
        return bound.stream()
                .filter(one -> !config.isForBrokersOnly(one.listener))
                .map(one -> local(one.address))
                .toList();
    }

    /** The address as a client on this machine would write it. */
    static String local(InetSocketAddress address) {
        return (address.getAddress().isAnyLocalAddress()
                        ? "127.0.0.1"
                        : address.getAddress().getHostAddress())
                + ":"
                + address.getPort();
    }

    /** How clients in this process reach this node; empty where it is no broker. */
    Map<String, Object> forOwnClients() {
        String name = config.interBrokerListenerName();
        return bound.stream()
                .filter(one -> one.listener.name().equals(name))
                .findFirst()
                .map(one -> OwnClients.properties(config, one.listener, one.address))
                .orElse(Map.of());
    }

    /** How users log in from this machine; empty where nobody has to. */
    Optional<OwnClients.ForUsers> forUsers() {
        return bound.stream()
                .filter(one -> one.listener.login() && !config.isForBrokersOnly(one.listener))
                .findFirst()
                .map(one -> OwnClients.forUsers(config, one.listener, one.address));
    }

    /** How clients that say not who they are reach this node; empty where all have to. */
    Optional<Map<String, Object>> forAnybody() {
        return bound.stream()
                .filter(one -> !config.isForBrokersOnly(one.listener))
                .filter(one -> !config.authenticates(one.listener))
                .findFirst()
                .map(one -> OwnClients.forUsers(config, one.listener, one.address).properties());
    }
}
