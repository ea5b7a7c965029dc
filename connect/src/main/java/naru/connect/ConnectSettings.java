package naru.connect;

import naru.schema.client.RegistryAddress;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;

/**
 * What a hosted Connect is told.
 *
 * @param worker properties by the names of Kafka's worker
 * @param clients properties by which Kafka's clients reach the cluster
 * @param standalone files of connectors, each properties or JSON; empty: distributed mode
 * @param restarts of what has failed
 * @param address of the first listener, as it was configured
 * @param delivered folder of plug-ins that come with this product, or null
 * @param offsets file in which standalone mode keeps offsets unless the worker's properties say
 *     another
 * @param registry where converters find the registry when their properties do not say, or null
 * @param tls by which other workers and the registry are reached where they speak https; null: as
 *     this Java does
 * @param version of this product
 */
public record ConnectSettings(
        Map<String, String> worker,
        Map<String, Object> clients,
        List<Path> standalone,
        RestartRule restarts,
        URI address,
        @Nullable Path delivered,
        Path offsets,
        @Nullable RegistryAddress registry,
        @Nullable SSLContext tls,
        String version) {

    public ConnectSettings {
        worker = Map.copyOf(worker);
        clients = Map.copyOf(clients);
        standalone = List.copyOf(standalone);
    }

    /**
     * How connectors and tasks that have failed are started again.
     *
     * @param most restarts in a row; 0: none
     * @param backoffMillis before the first; doubles each time
     * @param backoffMillisMost that the delay grows to
     * @param forgivenMillis of running after which earlier failures do not count
     */
    public record RestartRule(
            int most, long backoffMillis, long backoffMillisMost, long forgivenMillis) {
        public static final RestartRule DEFAULT = new RestartRule(10, 5_000, 300_000, 600_000);

        /** Delay before the restart of that number, from 1. */
        public long delayMillis(int number) {
            long delay = backoffMillis;
            for (int each = 1; each < number && delay < backoffMillisMost; each++) {
                delay *= 2;
            }
            return Math.min(delay, backoffMillisMost);
        }
    }

    public boolean isStandalone() {
        return !standalone.isEmpty();
    }

    /** The topic in which distributed mode keeps what connectors are configured to do. */
    public String configTopic() {
        return worker.getOrDefault("config.storage.topic", "connect-configs");
    }
}
