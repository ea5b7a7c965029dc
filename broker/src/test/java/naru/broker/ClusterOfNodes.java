package naru.broker;

import naru.broker.config.NodeConfig;
import naru.quorum.ClusterImage;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several nodes in this JVM, on folders and loopback ports of their own. Their time-outs are short,
 * so that elections take a fraction of a second.
 */
final class ClusterOfNodes implements AutoCloseable {
    private static final int BOUND_SECONDS = 60;
    private static final String FATAL = "a node cannot go on: ";

    private final Path folder;
    private final Map<Integer, Node> running = new ConcurrentHashMap<>();
    private final Map<Integer, Ports> ports = new ConcurrentHashMap<>();
    private final List<AssertionError> faults = new CopyOnWriteArrayList<>();
    private final Map<Integer, FailingSyncs> disks = new ConcurrentHashMap<>();
    private final ExecutorService starters = Executors.newVirtualThreadPerTaskExecutor();

    private record Ports(int broker, int controller) {}

    ClusterOfNodes(Path folder) {
        this.folder = folder;
    }

    /** Where this node's controller is or would be. */
    String controller(int id) {
        return "127.0.0.1:" + ports(id).controller();
    }

    int controllerPort(int id) {
        return ports(id).controller();
    }

    String bootstrap(int id) {
        return "127.0.0.1:" + ports(id).broker();
    }

    /** What {@code controller.quorum.voters} says when these are the voters. */
    String voters(int... ids) {
        return IntStream.of(ids)
                .mapToObj(id -> id + "@" + controller(id))
                .collect(Collectors.joining(","));
    }

    private synchronized Ports ports(int id) {
        return ports.computeIfAbsent(id, each -> new Ports(freePort(), freePort()));
    }

    /** Below those that the system gives to outgoing connections, which would be in the way. */
    private static int freePort() {
        for (int tries = 0; tries < 1000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            if (isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no port is free");
    }

    private static boolean isFree(int port) {
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return free.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private Map<String, String> settings(int id, Map<String, String> own) {
        String roles = own.getOrDefault("process.roles", "broker,controller");
        List<String> listeners = new ArrayList<>();
        if (roles.contains("broker")) {
            listeners.add("PLAINTEXT://" + bootstrap(id));
        }
        if (roles.contains("controller")) {
            listeners.add("CONTROLLER://" + controller(id));
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("node.id", Integer.toString(id));
        settings.put("listeners", String.join(",", listeners));
        settings.put("log.dirs", folder.resolve("node-" + id).toString());
        settings.put("controller.quorum.election.timeout.ms", "300");
        settings.put("controller.quorum.fetch.timeout.ms", "700");
        settings.put("controller.quorum.election.backoff.max.ms", "100");
        settings.put("broker.heartbeat.interval.ms", "200");
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("offsets.topic.num.partitions", "3");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("naru.loops", "1");
        settings.putAll(own);
        settings.values().removeIf(String::isEmpty);
        return settings;
    }

    /**
     * Starts the node and waits until it serves.
     *
     * @param own its settings beside those that all have; an empty one is not set
     */
    Node start(int id, Map<String, String> own) {
        NodeConfig config = NodeConfig.parse(settings(id, own));
        try {
            Node node =
                    Node.start(
                            config,
                            (message, cause) ->
                                    faults.add(new AssertionError(FATAL + message, cause)),
                            AccessControl.of(config),
                            disk(id));
            running.put(id, node);
            return node;
        } catch (StartException e) {
            throw new AssertionError("node " + id + " did not start", e);
        }
    }

    /** On which the node's logs stand. */
    FailingSyncs disk(int id) {
        return disks.computeIfAbsent(id, any -> new FailingSyncs());
    }

    /** Starts nodes that wait for one another. */
    void startTogether(Map<String, String> own, int... ids) {
        List<Future<Node>> starts =
                IntStream.of(ids).mapToObj(id -> starters.submit(() -> start(id, own))).toList();
        for (Future<Node> start : starts) {
            get(start);
        }
    }

    static <T> T get(Future<T> future) {
        try {
            return future.get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    Node node(int id) {
        return Objects.requireNonNull(running.get(id), "node " + id + " does not run");
    }

    Set<Integer> ids() {
        return new TreeSet<>(running.keySet());
    }

    void stop(int id) {
        node(id).close();
        running.remove(id);
    }

    /** Ends the node as if its process were killed. */
    void vanish(int id) {
        node(id).vanish();
        running.remove(id);
    }

    /** Awaits that all nodes name the same active controller, one that runs, and answers its id. */
    int activeController() {
        List<OptionalInt> seen = new ArrayList<>();
        awaitUntil(() -> {
            seen.clear();
            running.values().forEach(node -> seen.add(node.image().controllerId()));
            return seen.stream().distinct().count() == 1
                    && seen.getFirst().isPresent()
                    && running.containsKey(seen.getFirst().getAsInt());
        });
        return seen.getFirst().getAsInt();
    }

    static void awaitUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + BOUND_SECONDS + " s");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    // ---- clients ----

    Admin admin(int id) {
        return Admin.create(Map.of("bootstrap.servers", bootstrap(id)));
    }

    /** Creates a topic of one replica through this node, and awaits that all brokers know it. */
    void createTopic(int through, String name, int partitions) {
        try (Admin admin = admin(through)) {
            get(
                    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                            .all()
                            .toCompletionStage()
                            .toCompletableFuture());
        }
        awaitUntil(
                () -> running.values().stream().allMatch(node -> node.image().topic(name) != null));
    }

    /** Nodes that lead partitions of the topic. */
    Set<Integer> leaders(String topic) {
        ClusterImage image = running.values().iterator().next().image();
        ClusterImage.Topic found = Objects.requireNonNull(image.topic(topic));
        return IntStream.range(0, found.partitionCount())
                .mapToObj(index -> Objects.requireNonNull(found.partition(index)).leader())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    void produce(int through, String topic, int partitions, int recordsEach) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap(through), "acks", "all");
        try (var producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                for (int i = 0; i < recordsEach; i++) {
                    sent.add(
                            producer.send(
                                    new ProducerRecord<>(
                                            topic, partition, "key", partition + "-" + i)));
                }
            }
            sent.forEach(ClusterOfNodes::get);
        }
    }

    /** Values that a new group reads, until it has so many; offsets are committed. */
    Set<String> consume(int through, String group, String topic, int count) {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        bootstrap(through),
                        "group.id",
                        group,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        "false");
        Set<String> values = new TreeSet<>();
        try (var consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            awaitUntil(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
            consumer.commitSync(Duration.ofSeconds(BOUND_SECONDS));
        }
        return values;
    }

    /** The values of the one partition, in their order, until there are so many. */
    List<String> read(int through, String topic, int count) {
        List<String> values = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", bootstrap(through)),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            TopicPartition only = new TopicPartition(topic, 0);
            consumer.assign(List.of(only));
            consumer.seekToBeginning(List.of(only));
            awaitUntil(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
        }
        return values;
    }

    /** All at once: who leaves last would wait for a quorum that is no more. */
    @Override
    public void close() {
        List<Future<?>> closed = new ArrayList<>();
        running.values().forEach(node -> closed.add(starters.submit(node::close)));
        closed.forEach(ClusterOfNodes::get);
        starters.close();
        faults.forEach(fault -> {
            throw fault;
        });
    }
}
