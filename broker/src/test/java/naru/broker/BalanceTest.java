package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.model.snapshots.MetricSnapshot;

import naru.broker.balance.AdminCluster;
import naru.broker.balance.Move;
import naru.broker.balance.MoveRun;
import naru.broker.balance.Plan;
import naru.broker.balance.Planner;
import naru.broker.balance.Terms;
import naru.broker.balance.Throttle;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Three nodes on loopback sockets are kept even, and one of them is emptied. */
@Timeout(180)
class BalanceTest {
    private static final int[] ALL = {1, 2, 3};
    private static final String TOPIC = "crowded";
    private static final int PARTITIONS = 6;

    @TempDir Path folder;
    private ClusterOfNodes cluster;
    private Map<String, String> settings;

    @BeforeEach
    void start() {
        cluster = new ClusterOfNodes(folder);
        settings = new HashMap<>();
        settings.put("controller.quorum.voters", cluster.voters(ALL));
        settings.put("replica.fetch.backoff.ms", "50");
        settings.put("naru.balance.interval.ms", "200");
        settings.put("naru.balance.enabled", "false");
        settings.put("offsets.topic.replication.factor", "");
        settings.put("replica.fetch.max.bytes", "20000");
        cluster.startTogether(settings, ALL);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Every replica on the nodes 1 and 2. */
    private void crowd() {
        Map<Integer, List<Integer>> replicas = new HashMap<>();
        for (int i = 0; i < PARTITIONS; i++) {
            replicas.put(i, i % 2 == 0 ? List.of(1, 2) : List.of(2, 1));
        }
        create(new NewTopic(TOPIC, replicas));
        cluster.produce(1, TOPIC, PARTITIONS, 50);
    }

    private void create(NewTopic topic) {
        try (Admin admin = cluster.admin(1)) {
            ClusterOfNodes.get(
                    admin.createTopics(List.of(topic))
                            .all()
                            .toCompletionStage()
                            .toCompletableFuture());
        }
        ClusterOfNodes.awaitUntil(() ->
                cluster.ids().stream()
                        .allMatch(id -> cluster.node(id).image().topic(topic.name()) != null));
    }

    /** As a node makes it that is alone. */
    private void makeGroupsTopicOfOneNode() {
        create(
                new NewTopic(
                                Topic.GROUP_METADATA_TOPIC_NAME,
                                Map.of(0, List.of(1), 1, List.of(1), 2, List.of(1)))
                        .configs(Map.of("cleanup.policy", "compact")));
    }

    private List<PartitionState> states() {
        return states(TOPIC);
    }

    private List<PartitionState> states(String name) {
        ClusterImage.Topic topic = requireNonNull(cluster.node(1).image().topic(name));
        List<PartitionState> states = new ArrayList<>();
        for (int i = 0; i < topic.partitionCount(); i++) {
            states.add(requireNonNull(topic.partition(i)));
        }
        return states;
    }

    private long held(int node) {
        return states().stream().filter(one -> one.replicas().contains(node)).count();
    }

    private boolean isQuiet() {
        return states().stream()
                        .allMatch(one ->
                                !one.isReassigning()
                                        && one.inSyncReplicas().size() == one.replicas().size())
                && cluster.node(1).image().config(Throttle.ALL).keySet().stream()
                        .noneMatch(key -> key.contains("throttled") || key.equals(Throttle.MARK));
    }

    private void set(ConfigResource resource, String key, String value) {
        try (Admin admin = cluster.admin(1)) {
            ClusterOfNodes.get(
                    admin.incrementalAlterConfigs(
                                    Map.of(
                                            resource,
                                            List.of(
                                                    new AlterConfigOp(
                                                            new ConfigEntry(key, value),
                                                            AlterConfigOp.OpType.SET))))
                            .all()
                            .toCompletionStage()
                            .toCompletableFuture());
        }
    }

    private double metric(int node, String name) {
        for (var collector : cluster.node(node).metrics()) {
            for (MetricSnapshot snapshot : collector.collect()) {
                if (snapshot.getMetadata().getName().equals(name)) {
                    return switch (snapshot) {
                        case io.prometheus.metrics.model.snapshots.GaugeSnapshot gauge ->
                                gauge.getDataPoints().getFirst().getValue();
                        case io.prometheus.metrics.model.snapshots.CounterSnapshot counter ->
                                counter.getDataPoints().stream()
                                        .mapToDouble(point -> point.getValue())
                                        .sum();
                        default -> throw new AssertionError(name);
                    };
                }
            }
        }
        throw new AssertionError("no metric " + name);
    }

    @Test
    void replicasSpreadByThemselvesAndWhatADeadRunLeftIsTakenBack() {
        makeGroupsTopicOfOneNode();
        crowd();
        set(Throttle.ALL, Throttle.MARK, "node-9 rate " + TOPIC);
        set(Throttle.ALL, "leader.replication.throttled.rate", "1000");
        set(Throttle.ALL, "naru.balance.enabled", "true");
        ClusterOfNodes.awaitUntil(() -> held(3) == 4 && isQuiet());
        assertThat(states(Topic.GROUP_METADATA_TOPIC_NAME))
                .allSatisfy(one -> assertThat(one.inSyncReplicas()).hasSize(3));
        assertThat(held(1)).isEqualTo(4);
        assertThat(held(2)).isEqualTo(4);
        assertThat(cluster.consume(3, "readers", TOPIC, PARTITIONS * 50)).hasSize(PARTITIONS * 50);
        double moves = 0;
        for (int node : ALL) {
            moves += metric(node, "naru_balance_moves");
            assertThat(metric(node, "naru_cluster_brokers_active")).isEqualTo(3);
            assertThat(metric(node, "naru_cluster_partitions_offline")).isZero();
            assertThat(metric(node, "naru_cluster_partitions_reassigning")).isZero();
        }
        assertThat(moves).isGreaterThanOrEqualTo(4);
    }

    /** Whoever takes over finds the mark, and takes everything back once nothing moves. */
    @Test
    void controllerThatDiesInTheMiddleOfAMoveLeavesNoThrottle() {
        set(Throttle.ALL, "naru.balance.throttle.bytes.per.second", "20000");
        crowd();
        produceMuch();
        set(Throttle.ALL, "naru.balance.enabled", "true");
        ClusterOfNodes.awaitUntil(() ->
                states().stream().anyMatch(PartitionState::isReassigning)
                        && cluster.node(1).image().config(Throttle.ALL).containsKey(Throttle.MARK));
        int died = cluster.activeController();
        cluster.vanish(died);
        assertThat(cluster.activeController()).isNotEqualTo(died);
        cluster.start(died, settings);
        assertThat(cluster.node(died).image().config(Throttle.ALL)).containsKey(Throttle.MARK);
        assertThat(states()).anyMatch(PartitionState::isReassigning);

        set(Throttle.ALL, "naru.balance.throttle.bytes.per.second", "1000000000");
        for (String side : List.of("leader", "follower")) {
            set(Throttle.ALL, side + ".replication.throttled.rate", "1000000000");
        }
        ClusterOfNodes.awaitUntil(() -> held(3) == 4 && isQuiet());
        assertThat(held(1)).isEqualTo(4);
        assertThat(held(2)).isEqualTo(4);
    }

    /** A megabyte into each partition, which a copy reads in many small bites. */
    private void produceMuch() {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", cluster.bootstrap(1), "acks", "all");
        byte[] value = new byte[10_000];
        try (var producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 100 * PARTITIONS; i++) {
                sent.add(producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, value)));
            }
            sent.forEach(ClusterOfNodes::get);
        }
    }

    @Test
    void groupsFitTheNodesThatTakeReplicas() {
        set(new ConfigResource(ConfigResource.Type.BROKER, "2"), "cordoned.log.dirs", "*");
        try (Admin admin = cluster.admin(3)) {
            awaitRefusalOfThreeReplicas(admin);
        }
        cluster.createTopic(1, TOPIC, 1);
        cluster.produce(1, TOPIC, 1, 5);
        assertThat(cluster.consume(3, "readers", TOPIC, 5)).hasSize(5);
        assertThat(states(Topic.GROUP_METADATA_TOPIC_NAME))
                .allSatisfy(one -> assertThat(one.replicas()).containsExactlyInAnyOrder(1, 3));
    }

    @Test
    void nodeIsEmptiedWhileItIsCordonedAndKeepsEverythingElsewhere() {
        makeGroupsTopicOfOneNode();
        crowd();
        set(new ConfigResource(ConfigResource.Type.BROKER, "2"), "cordoned.log.dirs", "*");
        try (Admin admin = cluster.admin(3)) {
            AdminCluster seen = new AdminCluster(admin);
            ClusterOfNodes.awaitUntil(() ->
                    seen.look().nodes().stream()
                            .anyMatch(node -> node.id() == 2 && !node.takesReplicas()));
            awaitRefusalOfThreeReplicas(admin);
            Plan plan =
                    Planner.drain(seen.look(), Set.of(2), name -> false, Terms.of(0.1, 1, true));
            assertThat(plan.obstacles()).isEmpty();
            assertThat(new MoveRun(seen, "test", 1 << 20, 3, new Patience()).run(plan.moves()))
                    .isEqualTo(MoveRun.End.DONE);
            ClusterOfNodes.awaitUntil(() -> held(2) == 0 && isQuiet());
            assertThat(cluster.consume(3, "readers", TOPIC, PARTITIONS * 50))
                    .hasSize(PARTITIONS * 50);
        }
    }

    /** The controller hears of the cordon with a heartbeat. */
    private void awaitRefusalOfThreeReplicas(Admin admin) {
        ClusterOfNodes.awaitUntil(() -> {
            try {
                admin.createTopics(
                                List.of(new NewTopic("triple", 1, (short) 3)),
                                new CreateTopicsOptions().validateOnly(true))
                        .all()
                        .get();
                return false;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            } catch (java.util.concurrent.ExecutionException e) {
                return e.getCause() instanceof InvalidReplicationFactorException;
            }
        });
    }

    /** Waits as long as it is asked to. */
    private static final class Patience implements MoveRun.Watcher {
        @Override
        public void onUnderWay(List<Move> moves) {}

        @Override
        public void onMoved(List<Move> moves) {}

        @Override
        public boolean pause(long millis) {
            LockSupport.parkNanos(millis * 1_000_000);
            return true;
        }
    }
}
