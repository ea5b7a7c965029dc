package naru.broker;

import static java.util.Objects.requireNonNull;

import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Three nodes, each of which leads one partition of everything, so that whoever coordinates has to
 * ask the others.
 */
final class ThreeNodes implements AutoCloseable {
    static final int[] ALL = {1, 2, 3};

    private final ClusterOfNodes cluster;
    private final Map<String, String> settings = new HashMap<>();

    ThreeNodes(Path folder) {
        cluster = new ClusterOfNodes(folder);
        settings.put("controller.quorum.voters", cluster.voters(ALL));
        settings.put("replica.lag.time.max.ms", "2000");
        settings.put("replica.fetch.backoff.ms", "50");
        settings.put("replica.socket.timeout.ms", "2000");
        settings.put("min.insync.replicas", "2");
        settings.put("offsets.topic.replication.factor", "");
        settings.put("transaction.state.log.num.partitions", "3");
        settings.put("share.coordinator.state.topic.num.partitions", "3");
        settings.put("group.share.min.record.lock.duration.ms", "1000");
        settings.put("group.share.record.lock.duration.ms", "2000");
        settings.put("group.share.min.heartbeat.interval.ms", "500");
        settings.put("group.share.heartbeat.interval.ms", "500");
        settings.put("group.consumer.min.heartbeat.interval.ms", "500");
        settings.put("group.consumer.heartbeat.interval.ms", "500");
        cluster.startTogether(settings, ALL);
    }

    static <T> T get(KafkaFuture<T> future) {
        return ClusterOfNodes.get(future.toCompletionStage().toCompletableFuture());
    }

    // ---- the cluster ----

    private ClusterImage image() {
        return cluster.node(cluster.ids().iterator().next()).image();
    }

    void awaitOnAll(Predicate<ClusterImage> seen) {
        ClusterOfNodes.awaitUntil(
                () -> cluster.ids().stream().allMatch(id -> seen.test(cluster.node(id).image())));
    }

    /** A topic of three replicas whose partition with the index i is led by the node i + 1. */
    void createTopic(String name, Map<String, String> configs) {
        createTopic(
                name,
                configs,
                Map.of(0, List.of(1, 2, 3), 1, List.of(2, 3, 1), 2, List.of(3, 1, 2)));
    }

    void createTopic(
            String name, Map<String, String> configs, Map<Integer, List<Integer>> replicas) {
        try (Admin admin = admin()) {
            NewTopic wanted = new NewTopic(name, replicas).configs(configs);
            get(admin.createTopics(List.of(wanted)).all());
        }
        awaitOnAll(image -> image.topic(name) != null);
    }

    Uuid topicId(String name) {
        return requireNonNull(image().topic(name)).id();
    }

    PartitionState state(String name, int partition) {
        return requireNonNull(requireNonNull(image().topic(name), name).partition(partition));
    }

    /** Who leads the key's partition of a coordinator's topic. */
    int coordinator(String internalTopic, String key) {
        int partitions =
                requireNonNull(image().topic(internalTopic), internalTopic).partitionCount();
        return state(internalTopic, Utils.abs(key.hashCode()) % partitions).leader();
    }

    /** A key whose coordinator is as is wished; the topic has to be there. */
    String key(String prefix, String internalTopic, IntPredicate coordinator) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> prefix + "-" + i)
                .filter(key -> coordinator.test(coordinator(internalTopic, key)))
                .findFirst()
                .orElseThrow();
    }

    void vanish(int id) {
        cluster.vanish(id);
    }

    /** The node starts again, catches up, and leads what it led before. */
    void bringBack(int id) {
        cluster.start(id, settings);
        awaitOnAll(image ->
                everywhere(
                        image, state -> state.inSyncReplicas().size() == state.replicas().size()));
        try (Admin admin = admin()) {
            get(admin.electLeaders(ElectionType.PREFERRED, null).partitions());
        }
        awaitOnAll(
                image -> everywhere(image, state -> state.leader() == state.replicas().getFirst()));
    }

    private static boolean everywhere(ClusterImage image, Predicate<PartitionState> holds) {
        for (ClusterImage.Topic topic : image.topics()) {
            for (int i = 0; i < topic.partitionCount(); i++) {
                if (!holds.test(requireNonNull(topic.partition(i)))) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---- clients ----

    /** What a client is told, and what else. */
    Map<String, Object> client(Object... more) {
        Map<String, Object> all = new HashMap<>();
        all.put(
                "bootstrap.servers",
                String.join(",", cluster.bootstrap(1), cluster.bootstrap(2), cluster.bootstrap(3)));
        all.put("retry.backoff.ms", "20");
        all.put("request.timeout.ms", "5000");
        all.put("reconnect.backoff.max.ms", "200");
        for (int i = 0; i < more.length; i += 2) {
            all.put((String) more[i], more[i + 1]);
        }
        return all;
    }

    Admin admin() {
        return Admin.create(client());
    }

    KafkaProducer<String, String> producer(Object... settings) {
        Map<String, Object> all = client(settings);
        all.put("max.block.ms", 60_000);
        all.put("delivery.timeout.ms", 60_000);
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    KafkaConsumer<String, String> consumer(String group, String protocol) {
        return new KafkaConsumer<>(
                client(
                        "group.id",
                        group,
                        "group.protocol",
                        protocol,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false,
                        "isolation.level",
                        "read_committed"),
                new StringDeserializer(),
                new StringDeserializer());
    }

    static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, ALL.length).mapToObj(i -> new TopicPartition(topic, i)).toList();
    }

    /** Sends one record to each partition, and awaits that it is written. */
    static void send(KafkaProducer<String, String> producer, String topic, String value) {
        var sent =
                partitions(topic).stream()
                        .map(each ->
                                producer.send(
                                        new ProducerRecord<>(
                                                topic,
                                                each.partition(),
                                                "key",
                                                value + " in " + each.partition())))
                        .toList();
        producer.flush();
        sent.forEach(ClusterOfNodes::get);
    }

    /** What is read when these were sent. */
    static List<String> inEach(String... values) {
        List<String> all = new ArrayList<>();
        for (String value : values) {
            for (int node = 0; node < ALL.length; node++) {
                all.add(value + " in " + node);
            }
        }
        return all;
    }

    /** What a new reader of committed records sees, until it has seen this value everywhere. */
    List<String> committedUntil(String topic, String last) {
        List<String> seen = new ArrayList<>();
        try (KafkaConsumer<String, String> reader = consumer("nobody", "classic")) {
            reader.assign(partitions(topic));
            reader.seekToBeginning(partitions(topic));
            ClusterOfNodes.awaitUntil(() -> {
                reader.poll(Duration.ofMillis(100)).forEach(record -> seen.add(record.value()));
                return seen.containsAll(inEach(last));
            });
        }
        return seen;
    }

    @Override
    public void close() {
        cluster.close();
    }
}
