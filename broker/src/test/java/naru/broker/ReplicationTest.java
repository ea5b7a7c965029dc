package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import naru.broker.partition.Partition;
import naru.broker.partition.Partitions;
import naru.log.PartitionLog;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Three nodes on loopback sockets replicate one partition while they come and go. */
@Timeout(180)
class ReplicationTest {
    private static final int[] ALL = {1, 2, 3};
    private static final String TOPIC = "replicated";

    @TempDir Path folder;
    private ClusterOfNodes cluster;
    private Map<String, String> settings;

    @BeforeEach
    void start() {
        cluster = new ClusterOfNodes(folder);
        settings = new HashMap<>();
        settings.put("controller.quorum.voters", cluster.voters(ALL));
        settings.put("replica.lag.time.max.ms", "2000");
        settings.put("replica.fetch.backoff.ms", "50");
        settings.put("replica.socket.timeout.ms", "2000");
        settings.put("min.insync.replicas", "2");
        cluster.startTogether(settings, ALL);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void create(int replicas) {
        try (Admin admin = cluster.admin(1)) {
            ClusterOfNodes.get(
                    admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) replicas)))
                            .all()
                            .toCompletionStage()
                            .toCompletableFuture());
        }
        ClusterOfNodes.awaitUntil(() ->
                cluster.ids().stream()
                        .allMatch(id -> cluster.node(id).image().topic(TOPIC) != null));
    }

    private PartitionState state() {
        int any = cluster.ids().iterator().next();
        return requireNonNull(requireNonNull(cluster.node(any).image().topic(TOPIC)).partition(0));
    }

    private Optional<PartitionLog> log(int id) {
        return Optional.ofNullable(cluster.node(id).partitions())
                .map(partitions -> partitions.get(TOPIC, 0))
                .map(Partition::log);
    }

    private void awaitAllInSync(int replicas) {
        ClusterOfNodes.awaitUntil(() -> state().inSyncReplicas().size() == replicas);
        ClusterOfNodes.awaitUntil(() ->
                state().replicas().stream()
                                .map(id -> log(id).map(PartitionLog::highWatermark).orElse(-1L))
                                .distinct()
                                .count()
                        == 1);
    }

    private KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        String.join(
                                ",",
                                cluster.bootstrap(1),
                                cluster.bootstrap(2),
                                cluster.bootstrap(3)),
                        "acks",
                        "all",
                        "linger.ms",
                        "2",
                        "retry.backoff.ms",
                        "20",
                        "request.timeout.ms",
                        "3000",
                        "reconnect.backoff.max.ms",
                        "200",
                        "delivery.timeout.ms",
                        "60000"),
                new StringSerializer(),
                new StringSerializer());
    }

    /** Of its data folders the one in which the log stands. */
    private Path folderOf(int id) {
        Partitions partitions = requireNonNull(cluster.node(id).partitions());
        return log(id).map(log -> partitions.logs().directoryOf(log).path()).orElse(folder);
    }

    private byte[] bytes(int id) {
        Path partition = folderOf(id).resolve(TOPIC + "-0");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Stream<Path> files = Files.list(partition)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
                all.writeBytes(Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return all.toByteArray();
    }

    private void assertEqualLogs(int... ids) {
        byte[] first = bytes(ids[0]);
        assertThat(first).isNotEmpty();
        for (int id : ids) {
            assertThat(bytes(id)).as("log of node " + id).isEqualTo(first);
        }
    }

    @Test
    void whatAllHaveIsAcknowledgedAndReadThroughAnyNode() {
        create(3);
        cluster.produce(2, TOPIC, 1, 500);
        awaitAllInSync(3);
        assertEqualLogs(ALL);
        assertThat(cluster.consume(3, "readers", TOPIC, 500)).hasSize(500);
    }

    @Test
    void nothingAcknowledgedIsLostWhileLeadersComeAndGo() throws InterruptedException {
        create(3);
        AtomicBoolean done = new AtomicBoolean();
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        try (KafkaProducer<String, String> producer = producer()) {
            Thread writer = writer(producer, done, acknowledged);
            for (int round = 0; round < 4; round++) {
                int before = acknowledged.size();
                int leader = state().leader();
                if (round % 2 == 0) {
                    cluster.vanish(leader);
                } else {
                    cluster.stop(leader);
                }
                ClusterOfNodes.awaitUntil(() -> acknowledged.size() > before + 200);
                cluster.start(leader, settings);
                awaitAllInSync(3);
            }
            done.set(true);
            writer.join();
            producer.flush();
        }
        assertNothingIsLost(acknowledged);
    }

    private static Thread writer(
            KafkaProducer<String, String> producer,
            AtomicBoolean done,
            Queue<String> acknowledged) {
        return Thread.startVirtualThread(() -> {
            for (int i = 0; !done.get(); i++) {
                String value = "value " + i;
                producer.send(
                        new ProducerRecord<>(TOPIC, 0, "key", value),
                        (sent, failed) -> {
                            if (failed == null) {
                                acknowledged.add(value);
                            }
                        });
                LockSupport.parkNanos(500_000);
            }
        });
    }

    private void assertNothingIsLost(Queue<String> acknowledged) {
        awaitAllInSync(3);
        ClusterOfNodes.awaitUntil(() ->
                Stream.of(1, 2, 3)
                                .map(id -> log(id).map(PartitionLog::logEndOffset).orElse(-1L))
                                .distinct()
                                .count()
                        == 1);
        assertEqualLogs(ALL);
        List<String> read = new ArrayList<>(cluster.read(1, TOPIC, acknowledged.size()));
        assertThat(read).doesNotHaveDuplicates().containsAll(acknowledged);
        read.retainAll(List.copyOf(acknowledged));
        assertThat(read).containsExactlyElementsOf(acknowledged);
    }

    @Test
    void logsMoveBetweenFoldersWhileTheyAreWrittenAndLeadersComeAndGo() throws Exception {
        List<Path> folders = List.of(folder.resolve("node-3"), folder.resolve("node-3-other"));
        settings.put("log.dirs", folders.get(0) + "," + folders.get(1));
        cluster.stop(3);
        cluster.start(3, settings);
        settings.remove("log.dirs");
        create(3);
        AtomicBoolean done = new AtomicBoolean();
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        try (KafkaProducer<String, String> producer = producer()) {
            Thread writer = writer(producer, done, acknowledged);
            for (int round = 0; round < 4; round++) {
                int before = acknowledged.size();
                ClusterOfNodes.awaitUntil(() -> acknowledged.size() > before + 200);
                Path from = folderOf(3);
                Path to = folders.get(from.equals(folders.get(0)) ? 1 : 0);
                moveTo(to);
                int stopped = round % 2 == 1 && state().leader() != 3 ? state().leader() : 0;
                if (stopped > 0) {
                    cluster.stop(stopped);
                }
                ClusterOfNodes.awaitUntil(() -> folderOf(3).equals(to));
                if (stopped > 0) {
                    cluster.start(stopped, settings);
                }
                awaitAllInSync(3);
                assertThat(from.resolve(TOPIC + "-0")).doesNotExist();
            }
            done.set(true);
            writer.join();
            producer.flush();
        }
        assertNothingIsLost(acknowledged);
    }

    private void moveTo(Path to) throws Exception {
        try (Admin admin = cluster.admin(3)) {
            admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica(TOPIC, 0, 3), to.toString()))
                    .all()
                    .get();
        }
    }

    @Test
    void aReplicaMovesToAnotherBroker() throws Exception {
        create(2);
        cluster.produce(1, TOPIC, 1, 300);
        awaitAllInSync(2);
        List<Integer> before = state().replicas();
        int third = Stream.of(1, 2, 3).filter(id -> !before.contains(id)).findFirst().orElseThrow();
        try (Admin admin = cluster.admin(1)) {
            admin.alterPartitionReassignments(
                            Map.of(
                                    new TopicPartition(TOPIC, 0),
                                    Optional.of(
                                            new NewPartitionReassignment(
                                                    List.of(third, before.getLast())))))
                    .all()
                    .get();
        }
        ClusterOfNodes.awaitUntil(
                () -> state().replicas().equals(List.of(third, before.getLast())));
        awaitAllInSync(2);
        ClusterOfNodes.awaitUntil(() -> log(before.getFirst()).isEmpty());
        assertEqualLogs(third, before.getLast());
        assertThat(folder.resolve("node-" + before.getFirst()).resolve(TOPIC + "-0"))
                .doesNotExist();
    }
}
