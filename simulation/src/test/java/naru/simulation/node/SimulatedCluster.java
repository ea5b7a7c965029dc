package naru.simulation.node;

import naru.quorum.ClusterChange;
import naru.quorum.ClusterController;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;
import naru.quorum.QuotaView;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The metadata of a cluster of one node, whose topics get another leader epoch at each start. */
public final class SimulatedCluster implements Quorum, ClusterImage {
    static final int NODE = 1;
    private static final int IDS_AT_ONCE = 10;

    /** Ids of the node's data folders. */
    public static final List<Uuid> DIRECTORIES = List.of(new Uuid(1, 2), new Uuid(1, 3));

    private final Map<String, SimulatedTopic> topics = new TreeMap<>();
    private final Map<ConfigResource, Map<String, String>> configs = new HashMap<>();
    private long nextProducerId = 1000;

    public void add(String name, int partitions, Map<String, String> settings) {
        Uuid id = new Uuid(7, name.hashCode());
        topics.put(name, new SimulatedTopic(name, id, partitions, -1, settings, new TreeMap<>()));
        configs.put(new ConfigResource(ConfigResource.Type.TOPIC, name), settings);
    }

    public void configureGroup(String group, Map<String, String> settings) {
        configs.put(new ConfigResource(ConfigResource.Type.GROUP, group), settings);
    }

    /** The node begins to lead everything in this epoch. */
    ClusterChange lead(int epoch) {
        List<ClusterChange.TopicChange> changes = new ArrayList<>();
        topics.replaceAll((name, topic) -> topic.ledIn(epoch));
        for (SimulatedTopic topic : topics.values()) {
            Map<Integer, PartitionState> partitions = new LinkedHashMap<>();
            for (int i = 0; i < topic.partitionCount(); i++) {
                partitions.put(i, topic.partition(i));
            }
            changes.add(new ClusterChange.TopicChange(topic.name(), topic.id(), partitions));
        }
        return new ClusterChange(
                changes, List.of(), Set.of(), false, ClusterChange.AccessRuleChange.NONE);
    }

    CompletableFuture<ClusterController.ProducerIdBlock> producerIds() {
        nextProducerId += IDS_AT_ONCE;
        return CompletableFuture.completedFuture(
                new ClusterController.ProducerIdBlock(nextProducerId - IDS_AT_ONCE, IDS_AT_ONCE));
    }

    @Override
    public Topic topic(String name) {
        return topics.get(name);
    }

    @Override
    public @Nullable Topic topic(Uuid id) {
        for (SimulatedTopic topic : topics.values()) {
            if (topic.id().equals(id)) {
                return topic;
            }
        }
        return null;
    }

    @Override
    public Iterable<Topic> topics() {
        return List.copyOf(topics.values());
    }

    @Override
    public Map<String, String> config(ConfigResource resource) {
        return configs.getOrDefault(resource, Map.of());
    }

    @Override
    public int topicCount() {
        return topics.size();
    }

    @Override
    public int partitionCount() {
        return topics.values().stream().mapToInt(SimulatedTopic::partitionCount).sum();
    }

    @Override
    public long offset() {
        return 0;
    }

    @Override
    public Collection<BrokerNode> brokers() {
        return List.of();
    }

    @Override
    public @Nullable BrokerNode broker(int id) {
        return null;
    }

    @Override
    public OptionalInt controllerId() {
        return OptionalInt.of(NODE);
    }

    @Override
    public Collection<ConfigResource> configuredResources(ConfigResource.Type type) {
        return configs.keySet();
    }

    @Override
    public QuotaView quotas() {
        throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable ScramCredential scramCredential(String mechanism, String user) {
        return null;
    }

    @Override
    public @Nullable TokenInformation delegationToken(String tokenId) {
        return null;
    }

    @Override
    public Collection<AclBinding> accessRules() {
        return List.of();
    }

    @Override
    public DescribeUserScramCredentialsResponseData describeScramUsers(
            DescribeUserScramCredentialsRequestData request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Collection<TokenInformation> delegationTokens() {
        return List.of();
    }

    @Override
    public Map<String, Short> finalizedFeatures() {
        return Map.of();
    }

    // ---- the quorum ----

    @Override
    public int nodeId() {
        return NODE;
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
        throw new AssertionError("a simulated node has no controller that it may ask");
    }

    @Override
    public Standing standing() {
        return new Standing(OptionalInt.of(NODE), 1, 0, OptionalLong.of(0), false);
    }

    @Override
    public Map<String, LevelRange> supportedFeatures() {
        return Map.of();
    }

    @Override
    public void subscribe(Listener listener) {
        throw new UnsupportedOperationException("listeners are told by the node");
    }

    @Override
    public CompletableFuture<Void> register(
            List<BrokerEndpoint> endpoints, List<Uuid> directories, long previousEpoch) {
        throw new UnsupportedOperationException("the node is always registered");
    }

    @Override
    public long brokerEpoch() {
        return 1;
    }

    @Override
    public void directoryFailed(Uuid directoryId) {
        // Nobody else could lead.
    }

    @Override
    public CompletableFuture<Void> assignDirectory(Uuid topicId, int index, Uuid directoryId) {
        for (SimulatedTopic topic : topics.values()) {
            if (topic.id().equals(topicId)) {
                topic.directories().put(index, directoryId);
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request) {
        throw new UnsupportedOperationException("no controller request comes here");
    }

    @Override
    public void close() {}
}
