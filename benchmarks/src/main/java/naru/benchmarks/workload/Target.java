package naru.benchmarks.workload;

import naru.benchmarks.load.ProtocolLoad;
import naru.benchmarks.load.Topic;
import naru.benchmarks.load.Topics;
import naru.benchmarks.load.WireClient;
import naru.testkit.Brokers;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A running broker that is loaded, or a cluster of them; the one who made it closes it.
 *
 * @param replicas how many each partition has
 */
public record Target(Product product, Brokers broker, EncryptedListener encrypted, int replicas)
        implements AutoCloseable {
    private static final AtomicInteger TOPICS = new AtomicInteger();

    /** A broker on a new folder, not launched yet. */
    public static Target prepare(Product product) throws IOException {
        EncryptedListener encrypted = EncryptedListener.create();
        return new Target(product, product.prepare(encrypted), encrypted, 1);
    }

    /** Three brokers on new folders, not launched yet; they have no encrypted listener. */
    public static Target prepareCluster(Product product) throws IOException {
        return new Target(
                product,
                product.prepareCluster(Map.of()),
                EncryptedListener.create(),
                Product.CLUSTER_SIZE);
    }

    @Override
    public void close() {
        broker.close();
        encrypted.close();
    }

    ProtocolLoad load() {
        return new ProtocolLoad(broker.bootstrap());
    }

    /**
     * Does the work on a topic that is made for it and deleted afterwards. All its partitions are
     * led by the broker that clients are told.
     */
    <T> T onTopic(int partitions, Map<String, String> configs, TopicWork<T> work)
            throws IOException {
        return onTopic(partitions, Topics.Leaders.FIRST, configs, work);
    }

    /** The same, on a topic whose partitions are led by all brokers in turn. */
    <T> T onSpreadTopic(int partitions, Map<String, String> configs, TopicWork<T> work)
            throws IOException {
        return onTopic(partitions, Topics.Leaders.IN_TURN, configs, work);
    }

    private <T> T onTopic(
            int partitions, Topics.Leaders leaders, Map<String, String> configs, TopicWork<T> work)
            throws IOException {
        try (WireClient client = WireClient.connect(broker.bootstrap())) {
            Topics topics = new Topics(client, replicas, leaders);
            Topic topic =
                    topics.createUsable(
                            "benchmark-" + TOPICS.incrementAndGet(), partitions, configs);
            T result = work.on(topic);
            topics.delete(topic);
            return result;
        }
    }

    /** What is done on a topic. */
    interface TopicWork<T> {
        T on(Topic topic) throws IOException;
    }
}
