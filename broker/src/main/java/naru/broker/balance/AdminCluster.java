package naru.broker.balance;

import naru.broker.balance.ClusterLoad.NodeLoad;
import naru.broker.balance.ClusterLoad.PartitionLoad;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/** Any cluster with the Admin API of Kafka 4. */
public final class AdminCluster implements BalancedCluster {
    private static final Set<ConfigEntry.ConfigSource> DYNAMIC =
            Set.of(
                    ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
                    ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG,
                    ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);

    /** Apache Kafka keeps to itself what settings are that it does not know. */
    private static final String HIDDEN = "";

    private final Admin admin;

    public AdminCluster(Admin admin) {
        this.admin = admin;
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException refused) {
                throw refused;
            }
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    @Override
    public ClusterLoad look() {
        Collection<Node> registered =
                await(
                        admin.describeCluster(
                                        new DescribeClusterOptions().includeFencedBrokers(true))
                                .nodes());
        List<Integer> alive =
                registered.stream().filter(node -> !node.isFenced()).map(Node::id).toList();
        Map<TopicPartition, Long> sizes = new HashMap<>();
        Set<Integer> open = new HashSet<>();
        admin.describeLogDirs(alive)
                .descriptions()
                .forEach((node, answer) -> {
                    for (LogDirDescription folder : await(answer).values()) {
                        if (folder.error() == null && !folder.isCordoned()) {
                            open.add(node);
                        }
                        folder.replicaInfos()
                                .forEach((id, replica) -> {
                                    if (!replica.isFuture()) {
                                        sizes.merge(id, replica.size(), Math::max);
                                    }
                                });
                    }
                });
        List<NodeLoad> nodes = new ArrayList<>();
        for (Node node : registered) {
            boolean isAlive = !node.isFenced();
            nodes.add(
                    new NodeLoad(
                            node.id(), node.rack(), isAlive, isAlive && open.contains(node.id())));
        }
        return new ClusterLoad(nodes, partitions(sizes, moving()));
    }

    private List<PartitionLoad> partitions(
            Map<TopicPartition, Long> sizes, Set<TopicPartition> moving) {
        Set<String> names =
                await(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        List<PartitionLoad> partitions = new ArrayList<>();
        describe(names)
                .forEach((id, info) ->
                        partitions.add(
                                new PartitionLoad(
                                        id,
                                        ids(info.replicas()),
                                        ids(info.isr()),
                                        leader(info),
                                        sizes.getOrDefault(id, 0L),
                                        0,
                                        moving.contains(id))));
        return partitions;
    }

    /** Topics that are gone by now are left out. */
    private Map<TopicPartition, TopicPartitionInfo> describe(Collection<String> names) {
        Map<TopicPartition, TopicPartitionInfo> found = new HashMap<>();
        admin.describeTopics(names)
                .topicNameValues()
                .forEach((name, answer) -> {
                    try {
                        TopicDescription topic = await(answer);
                        topic.partitions()
                                .forEach(info ->
                                        found.put(
                                                new TopicPartition(name, info.partition()), info));
                    } catch (UnknownTopicOrPartitionException gone) {
                        found.keySet().removeIf(id -> id.topic().equals(name));
                    }
                });
        return found;
    }

    private static List<Integer> ids(List<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }

    private static int leader(TopicPartitionInfo info) {
        Node leader = info.leader();
        return leader == null || leader.isEmpty() ? -1 : leader.id();
    }

    @Override
    public Map<TopicPartition, List<Integer>> replicas(Set<TopicPartition> partitions) {
        Set<String> topics =
                partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
        Map<TopicPartition, List<Integer>> replicas = new HashMap<>();
        describe(topics).forEach((id, info) -> replicas.put(id, ids(info.replicas())));
        replicas.keySet().retainAll(partitions);
        return replicas;
    }

    @Override
    public Set<TopicPartition> moving() {
        return Set.copyOf(await(admin.listPartitionReassignments().reassignments()).keySet());
    }

    @Override
    public void reassign(Map<TopicPartition, List<Integer>> replicas) {
        Map<TopicPartition, Optional<NewPartitionReassignment>> asked = new HashMap<>();
        replicas.forEach(
                (id, nodes) -> asked.put(id, Optional.of(new NewPartitionReassignment(nodes))));
        await(admin.alterPartitionReassignments(asked).all());
    }

    @Override
    public void elect(Set<TopicPartition> partitions) {
        await(admin.electLeaders(ElectionType.PREFERRED, partitions).partitions());
    }

    @Override
    public Map<String, String> settings(ConfigResource resource) {
        Map<String, String> settings = new HashMap<>();
        Config config = await(admin.describeConfigs(List.of(resource)).all()).get(resource);
        for (ConfigEntry entry : config == null ? List.<ConfigEntry>of() : config.entries()) {
            String value = entry.value();
            if (DYNAMIC.contains(entry.source())) {
                settings.put(entry.name(), value == null ? HIDDEN : value);
            }
        }
        return settings;
    }

    @Override
    public void alter(ConfigResource resource, Map<String, @Nullable String> changes) {
        List<AlterConfigOp> operations = new ArrayList<>();
        changes.forEach((key, value) ->
                operations.add(
                        new AlterConfigOp(
                                new ConfigEntry(key, value),
                                value == null ? OpType.DELETE : OpType.SET)));
        await(admin.incrementalAlterConfigs(Map.of(resource, operations)).all());
    }
}
