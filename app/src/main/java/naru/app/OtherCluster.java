package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cluster of {@code naru.bootstrap}, as clients of this process reach it.
 *
 * @param properties as the services themselves
 */
record OtherCluster(Map<String, Object> properties) {
    /** Empty where the services use the broker of this process. */
    static Optional<OtherCluster> of(NodeConfig config) {
        String bootstrap = config.text(NaruSettings.BOOTSTRAP);
        if (bootstrap == null) {
            return Optional.empty();
        }
        Map<String, Object> properties = new HashMap<>();
        config.layers()
                .node()
                .forEach((key, value) -> {
                    if (key.startsWith(NaruSettings.CLIENT)) {
                        properties.put(key.substring(NaruSettings.CLIENT.length()), value);
                    }
                });
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        return Optional.of(new OtherCluster(Map.copyOf(properties)));
    }

    /** Whether clients log in there. */
    boolean asksForLogin() {
        return String.valueOf(properties.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG))
                .startsWith("SASL_");
    }

    /** As users' clients reach it; what shows who they are is theirs to add. */
    Map<String, Object> forUsers() {
        Map<String, Object> others = new HashMap<>(properties);
        others.keySet().removeIf(name -> name.startsWith("sasl."));
        return others;
    }

    /** What is known of the mechanisms that it takes: that of the services themselves. */
    List<String> mechanisms() {
        Object own = properties.get(SaslConfigs.SASL_MECHANISM);
        return List.of(own == null ? SaslConfigs.DEFAULT_SASL_MECHANISM : own.toString());
    }
}
