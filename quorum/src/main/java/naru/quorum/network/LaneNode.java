package naru.quorum.network;

import naru.quorum.network.ControllerNetwork.Lane;

import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/** One lane to one address, which Kafka's client takes for a node, with a connection of its own. */
final class LaneNode extends Node {
    private final String key;

    LaneNode(Lane lane, Node node) {
        super(node.id(), node.host(), node.port());
        this.key = node.id() + "-" + lane + "-" + node.host() + ":" + node.port();
    }

    @Override
    public String idString() {
        return key;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LaneNode node && node.key.equals(key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }
}
