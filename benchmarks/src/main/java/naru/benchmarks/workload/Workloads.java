package naru.benchmarks.workload;

import java.util.List;
import java.util.stream.Stream;

/** The rows of the table. */
public final class Workloads {
    /** Rows that load a running broker, in the order in which they are measured. */
    public static final List<Workload> LOADS =
            List.of(
                    new SmallProduce("produce-small-acks1", (short) 1),
                    new SmallProduce("produce-small-acksall", (short) -1),
                    new BatchProduce("produce-64k", (short) 1),
                    new JavaProducer("producer-lz4", "lz4", Wire.PLAIN),
                    new JavaProducer("producer-zstd", "zstd", Wire.PLAIN),
                    new JavaProducer("producer-plain", "none", Wire.PLAIN),
                    new JavaProducer("producer-tls", "none", Wire.TLS),
                    new JavaConsumer("consumer-plain", Wire.PLAIN),
                    new JavaConsumer("consumer-tls", Wire.TLS),
                    new CachedFetch("fetch"),
                    new EndToEnd("end-to-end"),
                    new Transactions("transactions"),
                    new ShareConsumers("share-1", 1),
                    new ShareConsumers("share-2", 2),
                    new ShareConsumers("share-4", 4),
                    new SecondMember("second-member"),
                    new NoisyNeighbour("quiet-alone", NoisyNeighbour.Noise.NONE),
                    new NoisyNeighbour("quiet-beside-noisy", NoisyNeighbour.Noise.UNLIMITED),
                    new NoisyNeighbour("quiet-beside-limited", NoisyNeighbour.Noise.LIMITED),
                    new DurableProduce("produce-fsync"));

    /** Rows that load a cluster of three, every partition with three replicas. */
    public static final List<Workload> CLUSTER_LOADS =
            List.of(
                    new SmallProduce("replicated-small", (short) -1),
                    new BatchProduce("replicated-64k", (short) -1),
                    new JavaProducer("replicated-producer", "none", Wire.PLAIN),
                    new JavaProducer("replicated-producer-lz4", "lz4", Wire.PLAIN),
                    new EndToEnd("replicated-end-to-end"));

    private Workloads() {}

    public static List<String> names() {
        return Stream.of(
                        LOADS.stream().map(Workload::name),
                        Lifecycle.ROWS.stream(),
                        CLUSTER_LOADS.stream().map(Workload::name),
                        ClusterLifecycle.ROWS.stream())
                .flatMap(rows -> rows)
                .toList();
    }
}
