package naru.broker;

import naru.broker.config.DynamicConfig;
import naru.broker.config.Listener;
import naru.broker.config.NodeConfig;
import naru.broker.quota.ClientQuotas;
import naru.broker.quota.ConnectionRates;
import naru.broker.quota.Windows;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;
import naru.quorum.QuotaView;

import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.server.config.QuotaConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Has the quotas hold that the metadata and the configuration say.
 *
 * <p>Threads: told of changes on the metadata loader's thread.
 */
final class QuotaEnforcement implements Quorum.Listener {
    private static final Logger LOG = LoggerFactory.getLogger("naru.quota");
    private static final String RATE = "max.connection.creation.rate";

    private final ClientQuotas quotas;
    private @Nullable QuotaView last;

    QuotaEnforcement(DynamicConfig config) {
        NodeConfig start = config.current();
        this.quotas =
                new ClientQuotas(
                        windows(
                                start,
                                QuotaConfig.NUM_QUOTA_SAMPLES_CONFIG,
                                QuotaConfig.QUOTA_WINDOW_SIZE_SECONDS_CONFIG),
                        windows(
                                start,
                                QuotaConfig.NUM_CONTROLLER_QUOTA_SAMPLES_CONFIG,
                                QuotaConfig.CONTROLLER_QUOTA_WINDOW_SIZE_SECONDS_CONFIG),
                        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        quotas.connectionRates().set(bounds(start));
        config.subscribe((changed, now) -> quotas.connectionRates().set(bounds(now)));
    }

    private static Windows windows(NodeConfig config, String samples, String seconds) {
        return Windows.ofSeconds(config.integer(samples), config.integer(seconds));
    }

    private static ConnectionRates.NodeBounds bounds(NodeConfig config) {
        Map<String, Integer> byListener = new HashMap<>();
        for (Listener listener : config.listeners()) {
            Object own = config.value(Listener.settingPrefix(listener.name()) + RATE);
            if (own instanceof Number rate) {
                byListener.put(listener.name(), rate.intValue());
            }
        }
        Set<String> exempt = new HashSet<>();
        config.controllerListeners().forEach(listener -> exempt.add(listener.name()));
        if (config.listeners().size() > 1) {
            exempt.add(config.interBrokerListenerName());
        }
        return new ConnectionRates.NodeBounds(
                config.integer(RATE), Map.copyOf(byListener), Set.copyOf(exempt));
    }

    ClientQuotas quotas() {
        return quotas;
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        QuotaView now = image.quotas();
        if (now.equals(last)) {
            return;
        }
        last = now;
        Map<ClientQuotaEntity, Map<String, Double>> byEntity = now.byEntity();
        quotas.set(byEntity);
        quotas.connectionRates().set(addresses(byEntity));
    }

    private static ConnectionRates.AddressBounds addresses(
            Map<ClientQuotaEntity, Map<String, Double>> byEntity) {
        Map<InetAddress, Double> bounds = new HashMap<>();
        Double ofOthers = null;
        for (Map.Entry<ClientQuotaEntity, Map<String, Double>> quota : byEntity.entrySet()) {
            Map<String, String> entity = quota.getKey().entries();
            Double rate = quota.getValue().get(QuotaConfig.IP_CONNECTION_RATE_OVERRIDE_CONFIG);
            if (rate == null || !entity.containsKey(ClientQuotaEntity.IP)) {
                continue;
            }
            String name = entity.get(ClientQuotaEntity.IP);
            if (name == null) {
                ofOthers = rate;
                continue;
            }
            try {
                bounds.put(InetAddress.ofLiteral(name), rate);
            } catch (IllegalArgumentException notNumbers) {
                LOG.warn(
                        "the quota of ip '{}' has no effect: set it again with the address in"
                                + " numbers",
                        name);
            }
        }
        return new ConnectionRates.AddressBounds(Map.copyOf(bounds), ofOthers);
    }
}
