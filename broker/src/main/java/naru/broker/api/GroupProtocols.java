package naru.broker.api;

import naru.broker.config.NodeConfig;
import naru.quorum.Quorum;

import java.util.List;
import java.util.Locale;

/**
 * Which protocols of groups are served: the configuration names them, and the cluster must have
 * their feature.
 */
final class GroupProtocols {
    private static final String CONSUMER_FEATURE = "group.version";
    private static final String SHARE_FEATURE = "share.version";
    private static final String STREAMS_FEATURE = "streams.version";

    private final List<String> configured;
    private final Quorum quorum;

    GroupProtocols(NodeConfig config, Quorum quorum) {
        this.configured =
                config.list("group.coordinator.rebalance.protocols").stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList();
        this.quorum = quorum;
    }

    /** KIP-848. */
    boolean servesConsumer() {
        return configured.contains("consumer") && level(CONSUMER_FEATURE) >= 1;
    }

    /** KIP-932; the feature alone decides, as in Kafka since 4.2. */
    boolean servesShare() {
        return level(SHARE_FEATURE) >= 1;
    }

    /** KIP-1071. */
    boolean servesStreams() {
        return configured.contains("streams") && level(STREAMS_FEATURE) >= 1;
    }

    private short level(String feature) {
        return quorum.image().finalizedFeatures().getOrDefault(feature, (short) 0);
    }
}
