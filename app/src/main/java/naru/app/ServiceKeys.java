package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.broker.tls.KeyWatch;
import naru.broker.tls.OwnTrust;
import naru.broker.tls.TlsKeys;
import naru.http.Refusal;
import naru.http.TlsEngines;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/**
 * The keys of the services that speak https: those of {@code ssl.*}, or of {@code
 * listener.name.SERVICE.ssl.*}, read again when their files change, as those of the broker's
 * listeners are.
 */
final class ServiceKeys implements AutoCloseable {
    private static final String MAPPING_RULES = "ssl.principal.mapping.rules";

    private final Map<String, OfService> services = new HashMap<>();
    private final List<TlsKeys> all = new ArrayList<>();
    private @Nullable KeyWatch watch;
    private @Nullable SSLContext own;

    private record OfService(String service, TlsKeys keys, DefaultKafkaPrincipalBuilder principals)
            implements TlsEngines {
        @Override
        public SSLEngine newEngine() {
            return keys.newEngine(InetAddress.getLoopbackAddress());
        }

        @Override
        public String user(SSLSession session) {
            try {
                return principals
                        .build(
                                new SslAuthenticationContext(
                                        session, InetAddress.getLoopbackAddress(), service))
                        .getName();
            } catch (KafkaException unnamed) {
                throw new Refusal(
                        401,
                        "The name of your certificate is in none of %s: %s"
                                .formatted(MAPPING_RULES, TlsKeys.cause(unnamed)));
            }
        }
    }

    /**
     * @throws StartFailure when keys cannot be used
     */
    ServiceKeys(NodeConfig config) {
        for (String service : NaruSettings.servicesWithLogin()) {
            boolean encrypted =
                    config.services().contains(service)
                            && config.list(NaruSettings.listenersOf(service)).stream()
                                    .anyMatch(each -> each.startsWith("https://"));
            if (encrypted) {
                add(service, config);
            }
        }
        if (!all.isEmpty()) {
            watch = new KeyWatch(all);
            own = own(config);
        }
    }

    private void add(String service, NodeConfig config) {
        Map<String, Object> settings = config.forListener(service);
        try {
            TlsKeys keys = new TlsKeys(service, settings);
            all.add(keys);
            String rules = String.valueOf(settings.getOrDefault(MAPPING_RULES, "DEFAULT"));
            services.put(
                    service,
                    new OfService(
                            service,
                            keys,
                            new DefaultKafkaPrincipalBuilder(
                                    null, SslPrincipalMapper.fromRules(rules))));
        } catch (KafkaException | IllegalArgumentException unusable) {
            close();
            throw new StartFailure(
                    "%s: the keys for https cannot be used: %s"
                            .formatted(NaruSettings.listenersOf(service), TlsKeys.cause(unusable)),
                    unusable);
        }
    }

    /** Nodes of a cluster trust each other by what the brokers' listener is told. */
    private SSLContext own(NodeConfig config) {
        Map<String, Object> settings = new HashMap<>(config.forListener("services"));
        Map<String, Object> ofBrokers = config.forListener(config.interBrokerListenerName());
        for (String key :
                List.of(
                        SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
                        SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG,
                        SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                        SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG)) {
            Object value = ofBrokers.get(key);
            if (value != null) {
                settings.put(key, value);
            }
        }
        try {
            TlsKeys trust = new TlsKeys("services", settings);
            all.add(trust);
            return OwnTrust.context(
                    List.copyOf(services.values().stream().map(OfService::keys).toList()), trust);
        } catch (KafkaException | GeneralSecurityException unusable) {
            close();
            throw new StartFailure(
                    "the keys for https cannot be used: " + TlsKeys.cause(unusable), unusable);
        }
    }

    /** Or null, where the service speaks http only. */
    @Nullable TlsEngines of(String service) {
        return services.get(service);
    }

    /** How this process reaches https of its own and of its cluster; null: as this Java does. */
    @Nullable SSLContext own() {
        return own;
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        all.forEach(TlsKeys::close);
    }
}
