package naru.simulation.node;

import naru.quorum.ClusterChange;
import naru.quorum.ClusterController;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The metadata of a cluster of one node, whose topics get another leader epoch at each start. */
public final class SimulatedCluster extends BareQuorum {
    static final int NODE = 1;
    private static final ClusterImage.BrokerNode SELF =
            new ClusterImage.BrokerNode(NODE, 1, false, false, null, List.of(), List.of(), true);
    private static final int IDS_AT_ONCE = 10;

    /** Ids of the node's data folders. */
    public static final List<Uuid> DIRECTORIES = List.of(new Uuid(1, 2), new Uuid(1, 3));

    private final Map<String, SimulatedTopic> topics = new TreeMap<>();
    private final Map<ConfigResource, Map<String, String>> configs = new HashMap<>();
    private final Image image = new Image();
    private long nextProducerId = 1000;

    public SimulatedCluster() {
        super(NODE);
    }

    public void add(String name, int partitions, Map<String, String> settings) {
        Uuid id = new Uuid(7, name.hashCode());
        topics.put(name, new SimulatedTopic(name, id, partitions, -1, settings, new TreeMap<>()));
        configs.put(new ConfigResource(ConfigResource.Type.TOPIC, name), settings);
    }

    public void configureGroup(String group, Map<String, String> settings) {
        configs.put(new ConfigResource(ConfigResource.Type.GROUP, group), settings);
    }

    /** The node begins to lead everything in this epoch. */
    public ClusterChange lead(int epoch) {
        List<ClusterChange.TopicChange> changes = new ArrayList<>();
        topics.replaceAll((name, topic) -> topic.ledIn(epoch));
        for (SimulatedTopic topic : topics.values()) {
            Map<Integer, ClusterImage.PartitionState> partitions = new LinkedHashMap<>();
            for (int i = 0; i < topic.partitionCount(); i++) {
                partitions.put(i, topic.partition(i));
            }
            changes.add(new ClusterChange.TopicChange(topic.name(), topic.id(), partitions));
        }
        return new ClusterChange(
                changes, List.of(), Set.of(), false, ClusterChange.AccessRuleChange.NONE);
    }

    public CompletableFuture<ClusterController.ProducerIdBlock> producerIds() {
        nextProducerId += IDS_AT_ONCE;
        return CompletableFuture.completedFuture(
                new ClusterController.ProducerIdBlock(nextProducerId - IDS_AT_ONCE, IDS_AT_ONCE));
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public long brokerEpoch() {
        return 1;
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

    private final class Image extends BareImage {
        @Override
        public @Nullable Topic topic(String name) {
            return topics.get(name);
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
        public long offset() {
            return 0;
        }

        @Override
        public Collection<BrokerNode> brokers() {
            return List.of();
        }

        @Override
        public @Nullable BrokerNode broker(int id) {
            return id == NODE ? SELF : null;
        }

        @Override
        public Collection<ConfigResource> configuredResources(ConfigResource.Type type) {
            return configs.keySet();
        }
    }
}
