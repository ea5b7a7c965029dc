package naru.simulation.replication;

import naru.quorum.ClusterController;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;
import naru.simulation.node.BareImage;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What one node has heard of the metadata: one topic with one partition, and the brokers. */
final class NodeView extends BareImage implements Quorum {
    private final int nodeId;
    private Metadata seen = Metadata.NONE;

    NodeView(int nodeId) {
        this.nodeId = nodeId;
    }

    void see(Metadata metadata) {
        seen = metadata;
    }

    Metadata seen() {
        return seen;
    }

    private record OneTopic(PartitionState state) implements Topic {
        @Override
        public String name() {
            return Metadata.TOPIC;
        }

        @Override
        public Uuid id() {
            return Metadata.TOPIC_ID;
        }

        @Override
        public int partitionCount() {
            return 1;
        }

        @Override
        public @Nullable PartitionState partition(int index) {
            return index == 0 ? state : null;
        }
    }

    @Override
    public Topic topic(String name) {
        return new OneTopic(seen.state());
    }

    @Override
    public Topic topic(Uuid id) {
        return new OneTopic(seen.state());
    }

    @Override
    public Iterable<Topic> topics() {
        return List.of(new OneTopic(seen.state()));
    }

    @Override
    public Map<String, String> config(ConfigResource resource) {
        return resource.type() == ConfigResource.Type.TOPIC ? seen.settings() : Map.of();
    }

    @Override
    public long offset() {
        return seen.version();
    }

    @Override
    public Collection<BrokerNode> brokers() {
        return seen.brokers().values();
    }

    @Override
    public @Nullable BrokerNode broker(int id) {
        return seen.brokers().get(id);
    }

    // ---- the quorum ----

    @Override
    public int nodeId() {
        return nodeId;
    }

    @Override
    public String clusterId() {
        return "simulation";
    }

    @Override
    public ClusterImage image() {
        return this;
    }

    @Override
    public ClusterController controller() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Standing standing() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, LevelRange> supportedFeatures() {
        return Map.of();
    }

    @Override
    public void subscribe(Listener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> register(
            List<BrokerEndpoint> endpoints, List<Uuid> directories, long previousEpoch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void directoryFailed(Uuid directoryId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> assignDirectory(Uuid topicId, int partition, Uuid directoryId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long brokerEpoch() {
        return 0;
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
