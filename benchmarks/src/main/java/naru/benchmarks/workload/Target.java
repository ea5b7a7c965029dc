package naru.benchmarks.workload;

import naru.benchmarks.load.ProtocolLoad;
import naru.benchmarks.load.Topic;
import naru.benchmarks.load.Topics;
import naru.benchmarks.load.WireClient;
import naru.testkit.BrokerProcess;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A running broker that is loaded; the one who made it closes it. */
public record Target(Product product, BrokerProcess broker, EncryptedListener encrypted)
        implements AutoCloseable {
    private static final AtomicInteger TOPICS = new AtomicInteger();

    /** A broker on a new folder, not launched yet. */
    public static Target prepare(Product product) throws IOException {
        EncryptedListener encrypted = EncryptedListener.create();
        return new Target(product, product.prepare(encrypted), encrypted);
    }

    @Override
    public void close() {
        broker.close();
        encrypted.close();
    }

    ProtocolLoad load() {
        return new ProtocolLoad(broker.bootstrap());
    }

    /** Does the work on a topic that is made for it and deleted afterwards. */
    <T> T onTopic(int partitions, Map<String, String> configs, TopicWork<T> work)
            throws IOException {
        try (WireClient client = WireClient.connect(broker.bootstrap())) {
            Topics topics = new Topics(client);
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
