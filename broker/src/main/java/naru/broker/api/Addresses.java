package naru.broker.api;

import naru.broker.config.Listener;
import naru.broker.config.NodeConfig;
import naru.broker.share.ShareReplies;
import naru.broker.transport.Request;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerEndpoint;
import naru.quorum.ClusterImage.BrokerNode;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where a client finds brokers. This node is found where the client reached it, unless {@code
 * advertised.listeners} says otherwise; other brokers where they registered.
 */
public final class Addresses {
    private final Supplier<NodeConfig> node;

    public Addresses(Supplier<NodeConfig> node) {
        this.node = node;
    }

    /** A broker as this client can connect to it. */
    record Reachable(int id, String host, int port, @Nullable String rack, boolean fenced) {}

    /** Brokers that have a listener of the request's name, in the order of their ids. */
    List<Reachable> reachable(Request request, ClusterImage image) {
        List<Reachable> reachable = new ArrayList<>();
        for (BrokerNode broker : image.brokers()) {
            Reachable address = reachable(request, broker);
            if (address != null) {
                reachable.add(address);
            }
        }
        reachable.sort(Comparator.comparingInt(Reachable::id));
        return Collections.unmodifiableList(reachable);
    }

    /** The broker, or null when it is not there, is fenced, or has no listener of that name. */
    @Nullable Reachable unfenced(Request request, ClusterImage image, int brokerId) {
        BrokerNode broker = image.broker(brokerId);
        return broker == null || broker.fenced() ? null : reachable(request, broker);
    }

    /** The same for replies that name leaders. */
    public ShareReplies.@Nullable Node shareNode(Request request, ClusterImage image, int id) {
        Reachable found = unfenced(request, image, id);
        return found == null
                ? null
                : new ShareReplies.Node(found.id(), found.host(), found.port(), found.rack());
    }

    private @Nullable Reachable reachable(Request request, BrokerNode broker) {
        NodeConfig now = node.get();
        boolean here = broker.id() == now.nodeId();
        Listener advertised = here ? now.advertised(request.listenerName()) : null;
        if (advertised != null && advertised.port() > 0) {
            return at(broker, advertised.host(), advertised.port());
        }
        if (here) {
            InetSocketAddress reached = request.localAddress();
            return at(broker, host(reached.getAddress()), reached.getPort());
        }
        BrokerEndpoint endpoint = broker.endpoint(request.listenerName());
        return endpoint == null ? null : at(broker, endpoint.host(), endpoint.port());
    }

    private static Reachable at(BrokerNode broker, String host, int port) {
        return new Reachable(broker.id(), host, port, broker.rack(), broker.fenced());
    }

    /** Without the scope of an IPv6 address, which means nothing on another machine. */
    private static String host(InetAddress address) {
        String text = address.getHostAddress();
        int scope = address instanceof Inet6Address ? text.indexOf('%') : -1;
        return scope < 0 ? text : text.substring(0, scope);
    }
}
