package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.util.Objects.requireNonNull;

import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A disk that fails to sync one log of a node, whose other logs it takes. */
@Timeout(180)
class GivenUpReplicaTest {
    private static final int[] ALL = {1, 2, 3};
    private static final String TOPIC = "synced";
    private static final String FOLDER = TOPIC + "-0";
    private static final int SEGMENT_BYTES = 1 << 20;

    @TempDir Path folder;
    private ClusterOfNodes cluster;
    private Map<String, String> settings;

    @BeforeEach
    void start() {
        cluster = new ClusterOfNodes(folder);
        settings = new HashMap<>();
        settings.put("controller.quorum.voters", cluster.voters(ALL));
        settings.put("replica.fetch.backoff.ms", "50");
        settings.put("replica.lag.time.max.ms", "600000");
        settings.put("min.insync.replicas", "2");
        cluster.startTogether(settings, ALL);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void create(int replicas) {
        NewTopic topic =
                new NewTopic(TOPIC, 1, (short) replicas)
                        .configs(
                                Map.of(
                                        "naru.ack",
                                        "fsync",
                                        "segment.bytes",
                                        "" + SEGMENT_BYTES,
                                        "min.insync.replicas",
                                        "" + Math.min(replicas, 2)));
        try (Admin admin = cluster.admin(1)) {
            ThreeNodes.get(admin.createTopics(List.of(topic)).all());
        }
        ClusterOfNodes.awaitUntil(() ->
                cluster.ids().stream()
                        .allMatch(id -> cluster.node(id).image().topic(TOPIC) != null));
    }

    private PartitionState state() {
        int any = cluster.ids().iterator().next();
        return requireNonNull(requireNonNull(cluster.node(any).image().topic(TOPIC)).partition(0));
    }

    private void send(String value, int withinMillis) {
        Map<String, Object> client =
                Map.of(
                        "bootstrap.servers",
                        String.join(",", cluster.bootstrap(1), cluster.bootstrap(2)),
                        "request.timeout.ms",
                        Math.min(withinMillis, 3_000),
                        "linger.ms",
                        0,
                        "delivery.timeout.ms",
                        withinMillis);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            var _ = ClusterOfNodes.get(producer.send(new ProducerRecord<>(TOPIC, 0, "key", value)));
        }
    }

    private void assertReadableThroughAll(String... values) {
        for (int id : cluster.ids()) {
            assertThat(cluster.read(id, TOPIC, values.length)).containsExactly(values);
        }
    }

    @Test
    void leadershipMovesToAReplicaWhoseDiskWorks() {
        create(3);
        int failing = state().leader();
        cluster.disk(failing).failIn(FOLDER);

        send("first", 60_000);

        ClusterOfNodes.awaitUntil(() -> state().leader() != failing);
        assertThat(state().inSyncReplicas()).hasSize(2).doesNotContain(failing);
        send("second", 60_000);
        assertReadableThroughAll("first", "second");

        cluster.disk(failing).mend();
        cluster.stop(failing);
        cluster.start(failing, settings);
        ClusterOfNodes.awaitUntil(() -> state().inSyncReplicas().size() == 3);
        assertThat(state().directoryOf(failing)).isNotEqualTo(DirectoryId.LOST);
        assertReadableThroughAll("first", "second");
    }

    @Test
    void followerThatCannotSyncLeavesThoseInSyncAndComesBackWithARestart() {
        create(3);
        int leader = state().leader();
        int failing = state().replicas().getLast();
        assertThat(failing).isNotEqualTo(leader);
        cluster.disk(failing).failIn(FOLDER);

        send("first", 60_000);

        ClusterOfNodes.awaitUntil(() -> !state().inSyncReplicas().contains(failing));
        assertThat(state().leader()).isEqualTo(leader);
        cluster.disk(failing).mend();
        cluster.stop(failing);
        cluster.start(failing, settings);
        ClusterOfNodes.awaitUntil(() -> state().inSyncReplicas().size() == 3);
        assertReadableThroughAll("first");
    }

    @Test
    void onlyReplicaStaysWhereItIsAndIsRead() {
        create(1);
        int only = state().leader();
        String large = "x".repeat(SEGMENT_BYTES * 2 / 3);
        send(large, 60_000);
        cluster.disk(only).failIn(FOLDER);

        assertThatThrownBy(() -> send(large, 2_000)).isInstanceOf(AssertionError.class);

        assertThat(state().leader()).isEqualTo(only);
        assertThat(state().directoryOf(only)).isNotEqualTo(DirectoryId.LOST);
        assertReadableThroughAll(large);

        cluster.disk(only).mend();
        cluster.stop(only);
        cluster.start(only, settings);
        send("more", 60_000);
    }
}
