package naru.connect.worker;

import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy;
import org.apache.kafka.connect.runtime.Worker;
import org.apache.kafka.connect.runtime.distributed.DistributedConfig;
import org.apache.kafka.connect.runtime.distributed.DistributedHerder;
import org.apache.kafka.connect.runtime.rest.RestClient;
import org.apache.kafka.connect.storage.KafkaConfigBackingStore;
import org.apache.kafka.connect.storage.KafkaStatusBackingStore;
import org.apache.kafka.connect.util.SharedTopicAdmin;

import java.util.List;

/**
 * Kafka's herder with the log levels of this process. Its thread is named after this class, by
 * which {@link HerderEnd} knows it.
 */
final class HostedHerder extends DistributedHerder {
    private final LogLevels levels;

    HostedHerder(
            DistributedConfig config,
            Worker worker,
            String clusterId,
            KafkaStatusBackingStore statuses,
            KafkaConfigBackingStore configs,
            String address,
            ConnectorClientConfigOverridePolicy policy,
            SharedTopicAdmin topics,
            LogLevels levels) {
        super(
                config,
                Time.SYSTEM,
                worker,
                clusterId,
                statuses,
                configs,
                address,
                new RestClient(config),
                policy,
                List.of(),
                topics);
        this.levels = levels;
    }

    /** Also called on every worker when somebody sets a level for all. */
    @Override
    public List<String> setWorkerLoggerLevel(String namespace, String level) {
        return levels.set(namespace, level);
    }
}
