package naru.benchmarks.workload;

import naru.benchmarks.load.Pauses;
import naru.benchmarks.report.Metric;
import naru.testkit.BrokerCluster;
import naru.testkit.BrokerProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rows in which brokers of a cluster of three stop, die and come back, under a Java producer
 * (acks=all, 100 records of 1 KB a second) to a topic with three replicas; and the one that makes
 * many partitions. All time-outs are the defaults of the product and of the client.
 */
public final class ClusterLifecycle {
    public static final String IDLE = "cluster-idle";
    public static final String STOPPED = "failover-leader-stopped";
    public static final String KILLED = "failover-leader-killed";
    public static final String CONTROLLER_KILLED = "failover-controller-killed";
    public static final String IN_SYNC = "restart-to-in-sync";
    public static final String PARTITIONS = "cluster-partitions-4000";

    /** In the order in which they are measured. */
    public static final List<String> ROWS =
            List.of(IDLE, STOPPED, KILLED, CONTROLLER_KILLED, IN_SYNC, PARTITIONS);

    private static final String TOPIC = "failover";
    private static final int MANY = 4_000;
    private static final int MISSED_MEGABYTES = 128;
    private static final long BOUND_SECONDS = 120;

    private final BrokerCluster cluster;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    private ClusterLifecycle(
            BrokerCluster cluster, Admin admin, KafkaProducer<byte[], byte[]> producer) {
        this.cluster = cluster;
        this.admin = admin;
        this.producer = producer;
    }

    /** Measures what of these rows is wanted; the result has a row's name as key. */
    public static Map<String, Map<Metric, Double>> run(
            Product product, Scale scale, Set<String> wanted) throws IOException {
        Map<String, Map<Metric, Double>> rows = new LinkedHashMap<>();
        try (BrokerCluster cluster = product.prepareCluster(Map.of())) {
            cluster.restart();
            Map<String, Object> configs =
                    Map.of(
                            "bootstrap.servers",
                            cluster.nodes().stream()
                                    .map(BrokerProcess::bootstrap)
                                    .collect(Collectors.joining(",")),
                            "enable.metrics.push",
                            false);
            try (Admin admin = Admin.create(configs);
                    KafkaProducer<byte[], byte[]> producer =
                            new KafkaProducer<>(
                                    configs,
                                    new ByteArraySerializer(),
                                    new ByteArraySerializer())) {
                new ClusterLifecycle(cluster, admin, producer).measure(scale, wanted, rows);
            }
        }
        return rows;
    }

    private void measure(Scale scale, Set<String> wanted, Map<String, Map<Metric, Double>> rows)
            throws IOException {
        create(TOPIC, 3);
        send(1_000);
        if (wanted.contains(IDLE)) {
            Pauses.of(scale.settle());
            rows.put(IDLE, Lifecycle.idle(cluster, scale));
        }
        if (wanted.contains(STOPPED)) {
            int broker = leaderThatIsController(false);
            rows.put(STOPPED, silence(broker, () -> cluster.node(broker).stop()));
            comeBack(broker);
        }
        if (wanted.contains(KILLED)) {
            int broker = leaderThatIsController(false);
            rows.put(KILLED, silence(broker, cluster.node(broker)::kill));
            comeBack(broker);
        }
        if (wanted.contains(CONTROLLER_KILLED)) {
            int broker = leaderThatIsController(true);
            rows.put(CONTROLLER_KILLED, silence(broker, cluster.node(broker)::kill));
            comeBack(broker);
        }
        if (wanted.contains(IN_SYNC)) {
            rows.put(IN_SYNC, restartToInSync());
        }
        if (wanted.contains(PARTITIONS)) {
            rows.put(PARTITIONS, partitions());
        }
    }

    /** A broker that is, or is not, the active controller; every one of them leads a partition. */
    private int leaderThatIsController(boolean wanted) throws IOException {
        int active = get(admin.describeMetadataQuorum().quorumInfo()).leaderId();
        return wanted
                ? active
                : IntStream.rangeClosed(1, Product.CLUSTER_SIZE)
                        .filter(id -> id != active)
                        .findFirst()
                        .orElseThrow();
    }

    /** How long no record for the partitions that a broker leads was acknowledged. */
    private Map<Metric, Double> silence(int broker, Runnable end) throws IOException {
        int partition = partitionLedBy(broker);
        Thread ending = new Thread(end, "benchmark-end");
        long last = System.nanoTime();
        long longest = 0;
        long until = last + TimeUnit.SECONDS.toNanos(5);
        for (int i = 0; System.nanoTime() < until || ending.isAlive(); i++) {
            acknowledged(
                    producer.send(new ProducerRecord<>(TOPIC, partition, null, new byte[1_000])));
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
            if (i == 100) {
                longest = 0;
                ending.start();
            }
            Pauses.of(Duration.ofMillis(10));
        }
        return Map.of(Metric.WALL_SECONDS, longest / 1e9);
    }

    private int partitionLedBy(int broker) throws IOException {
        return describe(TOPIC).partitions().stream()
                .filter(each -> each.leader() != null && each.leader().id() == broker)
                .findFirst()
                .orElseThrow(() -> new IOException("broker " + broker + " leads nothing"))
                .partition();
    }

    /** Starts it, waits until it is in sync, and lets it lead again. */
    private void comeBack(int broker) throws IOException {
        cluster.node(broker).restart();
        awaitInSync();
        try {
            get(admin.electLeaders(ElectionType.PREFERRED, null).all());
        } catch (IOException alreadyPreferred) {
            partitionLedBy(broker);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
        while (describe(TOPIC).partitions().stream()
                .noneMatch(each -> each.leader() != null && each.leader().id() == broker)) {
            within(deadline, "broker " + broker + " to lead again");
        }
    }

    /** A broker was dead while records were written; from its start until it has them all. */
    private Map<Metric, Double> restartToInSync() throws IOException {
        int broker = leaderThatIsController(false);
        cluster.node(broker).kill();
        send(MISSED_MEGABYTES * 1_000);
        double before = cluster.cpuSeconds();
        long start = System.nanoTime();
        cluster.node(broker).launch();
        awaitInSync();
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.WALL_SECONDS, (System.nanoTime() - start) / 1e9);
        figures.put(Metric.CPU_SECONDS, cluster.cpuSeconds() - before);
        return figures;
    }

    /** From the request for a topic until each of its partitions has acknowledged a record. */
    private Map<Metric, Double> partitions() throws IOException {
        double before = cluster.cpuSeconds();
        long start = System.nanoTime();
        create("many", MANY);
        List<Future<?>> sent =
                IntStream.range(0, MANY)
                        .<Future<?>>mapToObj(partition ->
                                producer.send(
                                        new ProducerRecord<>(
                                                "many", partition, null, new byte[100])))
                        .toList();
        for (Future<?> each : sent) {
            acknowledged(each);
        }
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.WALL_SECONDS, (System.nanoTime() - start) / 1e9);
        figures.put(Metric.CPU_SECONDS, cluster.cpuSeconds() - before);
        figures.put(Metric.RSS_MEGABYTES, cluster.rssBytes() / 1e6);
        figures.put(Metric.THREADS, (double) cluster.threads());
        return figures;
    }

    private void create(String topic, int partitions) throws IOException {
        Map<Integer, List<Integer>> places =
                IntStream.range(0, partitions)
                        .boxed()
                        .collect(
                                Collectors.toMap(
                                        index -> index,
                                        index ->
                                                IntStream.range(0, Product.CLUSTER_SIZE)
                                                        .mapToObj(place ->
                                                                1
                                                                        + (index + place)
                                                                                % Product
                                                                                        .CLUSTER_SIZE)
                                                        .toList()));
        get(
                admin.createTopics(
                                List.of(
                                        new NewTopic(topic, places)
                                                .configs(Map.of("min.insync.replicas", "2"))))
                        .all());
    }

    private void send(int records) throws IOException {
        for (int i = 1; i < records; i++) {
            var _ = producer.send(new ProducerRecord<>(TOPIC, i % 3, null, new byte[1_000]));
        }
        producer.flush();
        acknowledged(producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[1_000])));
    }

    private void awaitInSync() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
        while (!describe(TOPIC).partitions().stream()
                .map(TopicPartitionInfo::isr)
                .allMatch(isr -> isr.size() == Product.CLUSTER_SIZE)) {
            within(deadline, "all replicas to be in sync");
        }
    }

    private static void within(long deadline, String what) throws IOException {
        if (System.nanoTime() - deadline > 0) {
            throw new IOException("waited " + BOUND_SECONDS + " s for " + what);
        }
        Pauses.of(Duration.ofMillis(20));
    }

    private TopicDescription describe(String topic) throws IOException {
        Map<String, TopicDescription> described =
                get(admin.describeTopics(List.of(topic)).allTopicNames());
        TopicDescription description = described.get(topic);
        if (description == null) {
            throw new IOException("nothing was said about " + topic);
        }
        return description;
    }

    private static void acknowledged(Future<?> sent) throws IOException {
        try {
            sent.get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a record was not acknowledged", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static <T> T get(KafkaFuture<T> future) throws IOException {
        try {
            return future.get(BOUND_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the cluster could not be asked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
