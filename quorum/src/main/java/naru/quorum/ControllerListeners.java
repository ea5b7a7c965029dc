package naru.quorum;

import java.util.List;

/**
 * How controllers are reached, this node's and others'.
 *
 * @param name the first of {@code controller.listener.names}, by which this node reaches others
 * @param securityProtocol what is spoken on it: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
 * @param endpoints where others reach this node's controller, the listener of that name first;
 *     empty when it has not the role {@code controller}
 * @param secluded whether nobody listens at these, so that this node can only be alone in its
 *     quorum
 */
public record ControllerListeners(
        String name,
        String securityProtocol,
        List<ClusterImage.BrokerEndpoint> endpoints,
        boolean secluded) {
    public ControllerListeners {
        endpoints = List.copyOf(endpoints);
    }

    /** Those of a node with one controller listener. */
    public static ControllerListeners of(ClusterImage.BrokerEndpoint endpoint) {
        return new ControllerListeners(
                endpoint.listenerName(), endpoint.securityProtocol(), List.of(endpoint), false);
    }
}
