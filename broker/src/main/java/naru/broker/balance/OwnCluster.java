package naru.broker.balance;

import naru.broker.balance.ClusterLoad.NodeLoad;
import naru.broker.balance.ClusterLoad.PartitionLoad;
import naru.broker.replication.Peers;
import naru.quorum.ClusterController.Caller;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerNode;
import naru.quorum.ClusterImage.PartitionState;
import naru.quorum.Quorum;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeLogDirsRequest;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The cluster of this node: what the metadata say, what other brokers say of their folders, and the
 * controller for changes.
 */
public final class OwnCluster implements BalancedCluster {
    private static final KafkaPrincipal SELF =
            new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "broker");
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Quorum quorum;
    private final Peers peers;

    public OwnCluster(Quorum quorum, Peers peers) {
        this.quorum = quorum;
        this.peers = peers;
    }

    private Caller caller(ApiKeys api) {
        return new Caller(SELF, "balance", api.latestVersion(), TIMEOUT_MILLIS);
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException refused) {
                throw refused;
            }
            throw new KafkaException(e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new TimeoutException("no answer within " + TIMEOUT_MILLIS + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    private static void check(short code, @Nullable String message) {
        Errors error = Errors.forCode(code);
        if (error != Errors.NONE) {
            throw error.exception(message);
        }
    }

    @Override
    public ClusterLoad look() {
        ClusterImage image = quorum.image();
        Folders folders = new Folders();
        Map<Integer, CompletableFuture<ApiMessage>> asked = new HashMap<>();
        for (BrokerNode broker : image.brokers()) {
            if (!broker.fenced()) {
                asked.put(
                        broker.id(),
                        peers.ask(
                                broker.id(),
                                new DescribeLogDirsRequest.Builder(
                                        new DescribeLogDirsRequestData().setTopics(null)),
                                TIMEOUT_MILLIS));
            }
        }
        asked.forEach((broker, answer) ->
                folders.add(broker, (DescribeLogDirsResponseData) await(answer)));
        List<NodeLoad> nodes = new ArrayList<>();
        for (BrokerNode broker : image.brokers()) {
            boolean alive = !broker.fenced() && !broker.inControlledShutdown();
            nodes.add(
                    new NodeLoad(
                            broker.id(),
                            broker.rack(),
                            alive,
                            alive && folders.open.contains(broker.id())));
        }
        return new ClusterLoad(nodes, partitions(image, folders.sizes, moving()));
    }

    /** What brokers say of their folders: sizes, and who has one that takes replicas. */
    private static final class Folders {
        private final Map<TopicPartition, Long> sizes = new HashMap<>();
        private final Set<Integer> open = new HashSet<>();

        void add(int broker, DescribeLogDirsResponseData answer) {
            check(answer.errorCode(), null);
            for (var folder : answer.results()) {
                if (folder.errorCode() != Errors.NONE.code()) {
                    continue;
                }
                if (!folder.isCordoned()) {
                    open.add(broker);
                }
                for (var topic : folder.topics()) {
                    for (var one : topic.partitions()) {
                        if (!one.isFutureKey()) {
                            sizes.merge(
                                    new TopicPartition(topic.name(), one.partitionIndex()),
                                    one.partitionSize(),
                                    Math::max);
                        }
                    }
                }
            }
        }
    }

    private static List<PartitionLoad> partitions(
            ClusterImage image, Map<TopicPartition, Long> sizes, Set<TopicPartition> moving) {
        List<PartitionLoad> partitions = new ArrayList<>();
        for (ClusterImage.Topic topic : image.topics()) {
            for (int index = 0; index < topic.partitionCount(); index++) {
                PartitionState state = topic.partition(index);
                if (state != null) {
                    TopicPartition id = new TopicPartition(topic.name(), index);
                    partitions.add(
                            new PartitionLoad(
                                    id,
                                    state.replicas(),
                                    state.inSyncReplicas(),
                                    state.leader(),
                                    sizes.getOrDefault(id, 0L),
                                    0,
                                    moving.contains(id)));
                }
            }
        }
        return partitions;
    }

    @Override
    public Map<TopicPartition, List<Integer>> replicas(Set<TopicPartition> partitions) {
        ClusterImage image = quorum.image();
        Map<TopicPartition, List<Integer>> replicas = new HashMap<>();
        for (TopicPartition id : partitions) {
            ClusterImage.Topic topic = image.topic(id.topic());
            PartitionState state = topic == null ? null : topic.partition(id.partition());
            if (state != null) {
                replicas.put(id, List.copyOf(state.replicas()));
            }
        }
        return replicas;
    }

    @Override
    public Set<TopicPartition> moving() {
        var reply =
                await(
                        quorum.controller()
                                .listPartitionReassignments(
                                        caller(ApiKeys.LIST_PARTITION_REASSIGNMENTS),
                                        new ListPartitionReassignmentsRequestData()
                                                .setTopics(null)));
        check(reply.errorCode(), reply.errorMessage());
        Set<TopicPartition> moving = new HashSet<>();
        for (var topic : reply.topics()) {
            topic.partitions()
                    .forEach(one ->
                            moving.add(new TopicPartition(topic.name(), one.partitionIndex())));
        }
        return moving;
    }

    @Override
    public void reassign(Map<TopicPartition, List<Integer>> replicas) {
        Map<String, ReassignableTopic> topics = new HashMap<>();
        replicas.forEach((id, nodes) ->
                topics.computeIfAbsent(id.topic(), name -> new ReassignableTopic().setName(name))
                        .partitions()
                        .add(
                                new ReassignablePartition()
                                        .setPartitionIndex(id.partition())
                                        .setReplicas(nodes)));
        var reply =
                await(
                        quorum.controller()
                                .alterPartitionReassignments(
                                        caller(ApiKeys.ALTER_PARTITION_REASSIGNMENTS),
                                        new AlterPartitionReassignmentsRequestData()
                                                .setTopics(List.copyOf(topics.values()))));
        check(reply.errorCode(), reply.errorMessage());
        for (var topic : reply.responses()) {
            topic.partitions().forEach(one -> check(one.errorCode(), one.errorMessage()));
        }
    }

    @Override
    public void elect(Set<TopicPartition> partitions) {
        var topics = new ElectLeadersRequestData.TopicPartitionsCollection();
        for (TopicPartition id : partitions) {
            var topic = topics.find(id.topic());
            if (topic == null) {
                topic = new ElectLeadersRequestData.TopicPartitions().setTopic(id.topic());
                topics.add(topic);
            }
            topic.partitions().add(id.partition());
        }
        var reply =
                await(
                        quorum.controller()
                                .electLeaders(
                                        caller(ApiKeys.ELECT_LEADERS),
                                        new ElectLeadersRequestData()
                                                .setElectionType(ElectionType.PREFERRED.value)
                                                .setTopicPartitions(topics)
                                                .setTimeoutMs(TIMEOUT_MILLIS)));
        check(reply.errorCode(), null);
    }

    @Override
    public Map<String, String> settings(ConfigResource resource) {
        return quorum.image().config(resource);
    }

    @Override
    public void alter(ConfigResource resource, Map<String, @Nullable String> changes) {
        AlterConfigsResource altered =
                new AlterConfigsResource()
                        .setResourceType(resource.type().id())
                        .setResourceName(resource.name());
        changes.forEach((key, value) ->
                altered.configs()
                        .add(
                                new AlterableConfig()
                                        .setName(key)
                                        .setValue(value)
                                        .setConfigOperation(
                                                (value == null ? OpType.DELETE : OpType.SET)
                                                        .id())));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(altered);
        var reply =
                await(
                        quorum.controller()
                                .incrementalAlterConfigs(
                                        caller(ApiKeys.INCREMENTAL_ALTER_CONFIGS), request));
        reply.responses().forEach(one -> check(one.errorCode(), one.errorMessage()));
    }
}
