package naru.connect;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether a cluster has connectors that are to run, seen without Kafka's Connect. */
final class StoredConnectors {
    private static final int ANSWER_SECONDS_MOST = 60;

    private StoredConnectors() {}

    /** True when the topic of configurations is there and anything was ever written to it. */
    static boolean areThere(Map<String, Object> clients, String topic) {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.put("client.id", "naru-connect-look");
        try (Admin admin = Admin.create(properties)) {
            // Asked first, since the question for an offset is repeated until there is a topic.
            admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(ANSWER_SECONDS_MOST, TimeUnit.SECONDS);
            TopicPartition only = new TopicPartition(topic, 0);
            return admin.listOffsets(Map.of(only, OffsetSpec.latest()))
                            .partitionResult(only)
                            .get(ANSWER_SECONDS_MOST, TimeUnit.SECONDS)
                            .offset()
                    > 0;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw new KafkaException("the cluster does not say", failed.getCause());
        } catch (TimeoutException silent) {
            throw new KafkaException("the cluster does not answer", silent);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
