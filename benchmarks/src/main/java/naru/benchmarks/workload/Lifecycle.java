package naru.benchmarks.workload;

import naru.benchmarks.load.PartitionProbe;
import naru.benchmarks.load.Pauses;
import naru.benchmarks.load.Topic;
import naru.benchmarks.load.Topics;
import naru.benchmarks.load.WireClient;
import naru.benchmarks.report.Metric;
import naru.testkit.BrokerProcess;
import naru.testkit.Brokers;
import naru.testkit.NaruProcess;

import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows that need a broker of their own: it starts on an empty folder, starts again, rests, and
 * gets a thousand partitions. Kafka's storage is formatted before; Naru formats as it starts.
 */
public final class Lifecycle {
    public static final String BUILT_START = "start-after-build";
    public static final String FIRST_START = "start-first";
    public static final String SECOND_START = "start-second";
    public static final String IDLE = "idle";
    public static final String PARTITIONS = "partitions-1000";

    /** In the order in which they are measured. */
    public static final List<String> ROWS =
            List.of(BUILT_START, FIRST_START, SECOND_START, IDLE, PARTITIONS);

    private static final long ACKNOWLEDGED_BOUND_NANOS = 60_000_000_000L;

    private Lifecycle() {}

    /** Measures what of these rows is wanted; the result has a row's name as key. */
    public static Map<String, Map<Metric, Double>> run(
            Product product, Scale scale, Set<String> wanted) throws IOException {
        Map<String, Map<Metric, Double>> rows = new LinkedHashMap<>();
        if (wanted.contains(BUILT_START) && product == Product.NARU) {
            rows.put(BUILT_START, startAfterBuild());
        }
        try (BrokerProcess broker = product.prepare()) {
            Map<Metric, Double> first = start(broker, "first");
            if (wanted.contains(FIRST_START)) {
                rows.put(FIRST_START, first);
            }
            if (wanted.contains(SECOND_START)) {
                broker.stop();
                rows.put(SECOND_START, start(broker, "second"));
            }
            if (wanted.contains(IDLE)) {
                Pauses.of(scale.settle());
                rows.put(IDLE, idle(broker, scale));
            }
            if (wanted.contains(PARTITIONS)) {
                rows.put(PARTITIONS, partitions(broker, scale.partitions()));
            }
            broker.stop();
        }
        return rows;
    }

    /** Only Naru makes something once for each build: its cache of loaded classes. */
    private static Map<Metric, Double> startAfterBuild() {
        try (NaruProcess naru = NaruProcess.prepare(Product.NARU_SETTINGS)) {
            naru.deleteAotCache();
            Map<Metric, Double> figures = start(naru, "first");
            naru.stop();
            return figures;
        }
    }

    /** From the start of the process to the first acknowledged record of a new topic. */
    private static Map<Metric, Double> start(BrokerProcess broker, String topic) {
        long start = System.nanoTime();
        broker.launch();
        while (!acknowledges(broker, topic)) {
            if (!broker.isAlive()) {
                broker.awaitReady();
            }
            if (System.nanoTime() - start > ACKNOWLEDGED_BOUND_NANOS) {
                throw new IllegalStateException("no record was acknowledged within 60 s");
            }
            Pauses.brief();
        }
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.WALL_SECONDS, (System.nanoTime() - start) / 1e9);
        figures.put(Metric.CPU_SECONDS, broker.cpuSeconds());
        broker.awaitReady();
        return figures;
    }

    /** A broker that starts refuses connections first and topics next. */
    private static boolean acknowledges(BrokerProcess broker, String name) {
        try (WireClient client = WireClient.connect(broker.bootstrap())) {
            Topic topic = new Topics(client).create(name, 1, Map.of());
            new PartitionProbe(client).awaitAcknowledged(topic);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    static Map<Metric, Double> idle(Brokers broker, Scale scale) {
        double before = broker.cpuSeconds();
        long start = System.nanoTime();
        Pauses.of(scale.idle());
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<Metric, Double> figures = new EnumMap<>(Metric.class);
        figures.put(Metric.RSS_MEGABYTES, broker.rssBytes() / 1e6);
        figures.put(Metric.THREADS, (double) broker.threads());
        figures.put(Metric.CPU_PERCENT, (broker.cpuSeconds() - before) / seconds * 100);
        return figures;
    }

    private static Map<Metric, Double> partitions(BrokerProcess broker, int count)
            throws IOException {
        try (WireClient client = WireClient.connect(broker.bootstrap())) {
            double before = broker.cpuSeconds();
            long start = System.nanoTime();
            Topic topic = new Topics(client).create("partitions", count, Map.of());
            new PartitionProbe(client).awaitAcknowledged(topic);
            Map<Metric, Double> figures = new EnumMap<>(Metric.class);
            figures.put(Metric.WALL_SECONDS, (System.nanoTime() - start) / 1e9);
            figures.put(Metric.CPU_SECONDS, broker.cpuSeconds() - before);
            return figures;
        }
    }
}
