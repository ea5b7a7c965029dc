package naru.registry;

import naru.http.Front;
import naru.http.Login;
import naru.registry.api.RegistryRoutes;
import naru.registry.store.Registry;
import naru.registry.store.StoreLog;
import naru.registry.store.TopicLog;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;

/** The schema registry as a service of a process: a Kafka client with an HTTP front. */
public final class RegistryService implements AutoCloseable {
    private final Registry registry;
    private final Front front;

    /**
     * Costs nothing until somebody asks.
     *
     * @param topic where the schemas are kept
     * @param clients properties by which Kafka's clients reach the cluster
     * @param version of this product
     */
    public RegistryService(String topic, Map<String, Object> clients, String version, Login login) {
        this.registry = new Registry(new TopicLog(topic, clients), new Random());
        this.front =
                RegistryRoutes.front(
                        registry,
                        InstantSource.system(),
                        new RegistryRoutes.ServerFacts(version, topic, () -> clusterId(clients)),
                        login);
    }

    public Front front() {
        return front;
    }

    private static String clusterId(Map<String, Object> clients)
            throws StoreLog.Unavailable, InterruptedException {
        try (Admin admin = Admin.create(clients)) {
            return admin.describeCluster().clusterId().get();
        } catch (ExecutionException | KafkaException fault) {
            throw new StoreLog.Unavailable("the cluster does not say its id", fault);
        }
    }

    @Override
    public void close() {
        registry.close();
    }
}
