package naru.simulation.cluster;

import naru.quorum.ClusterChange;
import naru.simulation.node.BareImage;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The metadata as the controller has it at one version. */
final class ModelImage extends BareImage {
    static final ModelImage NONE = new ModelImage(-1, new TreeMap<>(), new TreeMap<>());

    private final long version;
    private final Map<String, ModelTopic> topics;
    private final Map<Integer, BrokerNode> brokers;

    ModelImage(long version, Map<String, ModelTopic> topics, Map<Integer, BrokerNode> brokers) {
        this.version = version;
        this.topics = topics;
        this.brokers = brokers;
    }

    record ModelTopic(
            String name, Uuid id, List<PartitionState> partitions, Map<String, String> settings)
            implements Topic {
        @Override
        public int partitionCount() {
            return partitions.size();
        }

        @Override
        public @Nullable PartitionState partition(int index) {
            return index < 0 || index >= partitions.size() ? null : partitions.get(index);
        }

        ModelTopic with(int index, PartitionState state) {
            List<PartitionState> changed = new ArrayList<>(partitions);
            changed.set(index, state);
            return new ModelTopic(name, id, List.copyOf(changed), settings);
        }
    }

    PartitionState state(TopicPartition partition) {
        ModelTopic topic = topics.get(partition.topic());
        PartitionState state = topic == null ? null : topic.partition(partition.partition());
        if (state == null) {
            throw new IllegalArgumentException("no partition " + partition);
        }
        return state;
    }

    /** What differs from an earlier image. */
    ClusterChange since(ModelImage before) {
        List<ClusterChange.TopicChange> changes = new ArrayList<>();
        Set<ConfigResource> configs = new HashSet<>();
        for (ModelTopic topic : topics.values()) {
            ModelTopic former = before.topics.get(topic.name());
            Map<Integer, PartitionState> changed = new LinkedHashMap<>();
            for (int i = 0; i < topic.partitionCount(); i++) {
                if (former == null || !topic.partitions.get(i).equals(former.partitions.get(i))) {
                    changed.put(i, topic.partitions.get(i));
                }
            }
            if (!changed.isEmpty()) {
                changes.add(new ClusterChange.TopicChange(topic.name(), topic.id(), changed));
            }
            if (former == null) {
                configs.add(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
            }
        }
        return new ClusterChange(
                changes,
                List.of(),
                configs,
                !brokers.equals(before.brokers),
                ClusterChange.AccessRuleChange.NONE);
    }

    /** The same, with other settings of its topics. */
    ModelImage withSetting(String key, String value) {
        TreeMap<String, ModelTopic> changed = new TreeMap<>();
        topics.forEach((name, topic) -> {
            Map<String, String> settings = new LinkedHashMap<>(topic.settings());
            settings.put(key, value);
            changed.put(name, new ModelTopic(name, topic.id(), topic.partitions(), settings));
        });
        return new ModelImage(version, changed, brokers);
    }

    /** The same, with another state of one partition. */
    ModelImage with(TopicPartition partition, PartitionState state) {
        TreeMap<String, ModelTopic> changed = new TreeMap<>(topics);
        changed.computeIfPresent(
                partition.topic(), (name, topic) -> topic.with(partition.partition(), state));
        return new ModelImage(version, changed, brokers);
    }

    List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>();
        topics.forEach((name, topic) -> {
            for (int i = 0; i < topic.partitionCount(); i++) {
                all.add(new TopicPartition(name, i));
            }
        });
        return all;
    }

    @Override
    public @Nullable ModelTopic topic(String name) {
        return topics.get(name);
    }

    @Override
    public Iterable<Topic> topics() {
        return List.copyOf(topics.values());
    }

    @Override
    public Map<String, String> config(ConfigResource resource) {
        ModelTopic topic = topics.get(resource.name());
        return resource.type() == ConfigResource.Type.TOPIC && topic != null
                ? topic.settings()
                : Map.of();
    }

    @Override
    public Collection<ConfigResource> configuredResources(ConfigResource.Type type) {
        return type == ConfigResource.Type.TOPIC
                ? topics.keySet().stream().map(name -> new ConfigResource(type, name)).toList()
                : List.of();
    }

    @Override
    public long offset() {
        return version;
    }

    @Override
    public Collection<BrokerNode> brokers() {
        return brokers.values();
    }

    @Override
    public @Nullable BrokerNode broker(int id) {
        return brokers.get(id);
    }
}
