package naru.broker;

import naru.broker.config.Listener;
import naru.broker.config.NodeConfig;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How Kafka's clients in this process reach this node: by the listener that brokers use, and as the
 * node itself.
 */
public final class OwnClients {
    private static final String MECHANISM = "sasl.mechanism.inter.broker.protocol";

    private static final List<String> TRUST =
            List.of(
                    SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
                    SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG,
                    SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                    SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG);

    private OwnClients() {}

    static Map<String, Object> properties(
            NodeConfig config, Listener listener, InetSocketAddress bound) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, Listeners.local(bound));
        properties.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, listener.protocol());
        ConfigDef known = new ConfigDef().withClientSslSupport().withClientSaslSupport();
        AbstractConfig all =
                new AbstractConfig(known, new HashMap<>(config.layers().node()), false);
        Map<String, Object> own = all.originalsWithPrefix(listener.settingPrefix());
        for (String name : known.names()) {
            Object value = own.containsKey(name) ? own.get(name) : all.originals().get(name);
            if (value != null && (listener.encrypted() || listener.login())) {
                properties.put(name, value);
            }
        }
        if (listener.login()) {
            String named = config.text(MECHANISM);
            String mechanism = named == null ? "GSSAPI" : named;
            properties.put(SaslConfigs.SASL_MECHANISM, mechanism);
            Object login =
                    own.get(
                            mechanism.toLowerCase(Locale.ROOT)
                                    + "."
                                    + SaslConfigs.SASL_JAAS_CONFIG);
            if (login != null) {
                properties.put(SaslConfigs.SASL_JAAS_CONFIG, login);
            }
        }
        return properties;
    }

    /**
     * How clients of users reach this listener; what shows who they are is theirs to add.
     *
     * @param properties of Kafka's clients
     * @param mechanisms of SASL that the listener offers
     */
    public record ForUsers(Map<String, Object> properties, List<String> mechanisms) {}

    static ForUsers forUsers(NodeConfig config, Listener listener, InetSocketAddress bound) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, Listeners.local(bound));
        properties.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, listener.protocol());
        Map<String, Object> settings = config.forListener(listener.name());
        if (listener.encrypted()) {
            addTrust(config, listener, properties);
        }
        List<String> mechanisms = new ArrayList<>();
        if (settings.get("sasl.enabled.mechanisms") instanceof List<?> named) {
            named.forEach(mechanism -> mechanisms.add(String.valueOf(mechanism)));
        }
        return new ForUsers(properties, mechanisms);
    }

    /**
     * A listener that asks for no certificates trusts nobody by itself; the brokers' listener does.
     */
    private static void addTrust(
            NodeConfig config, Listener listener, Map<String, Object> properties) {
        for (String name : List.of(listener.name(), config.interBrokerListenerName())) {
            Map<String, Object> settings = config.forListener(name);
            if (settings.get(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG) != null
                    || settings.get(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG) != null) {
                for (String trust : TRUST) {
                    Object value = settings.get(trust);
                    if (value != null) {
                        properties.put(trust, value);
                    }
                }
                return;
            }
        }
    }
}
