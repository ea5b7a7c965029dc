package naru.broker.login;

import naru.broker.audit.AuditTrail;
import naru.broker.config.Listener;
import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.broker.tls.TlsKeys;
import naru.broker.transport.ListenerSecurity;
import naru.broker.transport.Login;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/** How one listener is protected, by its settings. */
public final class ListenerProtection implements ListenerSecurity, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.login");
    private static final String KEYS = "ssl.";
    private static final String LOGIN = "sasl.";
    private static final String CLIENT_AUTHENTICATION = "ssl.client.auth";
    private static final String MAPPING_RULES = "ssl.principal.mapping.rules";

    private final Listener listener;
    private final long timeoutMillis;
    private final DefaultKafkaPrincipalBuilder principals;
    private final @Nullable TlsKeys keys;
    private final Credentials credentials;
    private final GuessLimit guesses;
    private final AuditTrail trail;
    private volatile @Nullable SaslSettings sasl;

    /**
     * @throws KafkaException when keys or mechanisms cannot be used, with the cause
     */
    ListenerProtection(
            Listener listener,
            NodeConfig config,
            Credentials credentials,
            GuessLimit guesses,
            AuditTrail trail) {
        this.listener = listener;
        this.credentials = credentials;
        this.guesses = guesses;
        this.trail = trail;
        this.timeoutMillis = config.number(NaruSettings.AUTHENTICATION_TIMEOUT);
        Map<String, Object> settings = settings(listener, config);
        this.principals =
                new DefaultKafkaPrincipalBuilder(
                        null,
                        SslPrincipalMapper.fromRules(
                                String.valueOf(settings.getOrDefault(MAPPING_RULES, "DEFAULT"))));
        this.keys = listener.encrypted() ? new TlsKeys(listener.name(), settings) : null;
        this.sasl = listener.login() ? saslOf(settings) : null;
    }

    private SaslSettings saslOf(Map<String, Object> settings) {
        return SaslSettings.of(listener, settings, credentials, guesses, trail);
    }

    /** On a listener with SASL certificates are asked for only where its own setting says so. */
    private static Map<String, Object> settings(Listener listener, NodeConfig config) {
        Map<String, Object> settings = new HashMap<>(config.forListener(listener.name()));
        settings.values().removeIf(value -> value == null);
        if (listener.login() && !config.givenForListener(listener.name(), CLIENT_AUTHENTICATION)) {
            settings.put(CLIENT_AUTHENTICATION, "none");
        }
        return settings;
    }

    String name() {
        return listener.name();
    }

    @Nullable TlsKeys keys() {
        return keys;
    }

    /**
     * Whether one of the settings, of this listener or of all, is about this.
     *
     * @param kind {@code ssl.} or {@code sasl.}
     */
    boolean isAbout(Set<String> changed, String kind) {
        String prefix = listener.settingPrefix();
        return changed.stream()
                .filter(key -> key.startsWith(prefix) || !key.startsWith("listener.name."))
                .map(key -> key.startsWith(prefix) ? key.substring(prefix.length()) : key)
                .anyMatch(key ->
                        key.startsWith(kind)
                                || (key.endsWith("sasl.jaas.config") && kind.equals(LOGIN)));
    }

    /** Takes over what was changed while the node runs; what cannot be used changes nothing. */
    void use(Set<String> changed, NodeConfig config) {
        Map<String, Object> settings = settings(listener, config);
        if (keys != null && isAbout(changed, KEYS)) {
            keys.use(settings);
        }
        SaslSettings before = sasl;
        if (before != null && isAbout(changed, LOGIN)) {
            try {
                sasl = saslOf(settings);
                before.close();
                LOG.info("listener {} takes new logins by its changed settings", listener.name());
            } catch (KafkaException | IllegalArgumentException unusable) {
                LOG.warn(
                        "listener {} goes on with its old settings for logins: {}",
                        listener.name(),
                        TlsKeys.cause(unusable));
            }
        }
    }

    /** Why it could not take over what would be changed, or null when it could. */
    @Nullable String refusal(Set<String> changed, NodeConfig proposed) {
        Map<String, Object> settings = settings(listener, proposed);
        String refusal = keys != null && isAbout(changed, KEYS) ? keys.refusal(settings) : null;
        if (refusal != null || sasl == null || !isAbout(changed, LOGIN)) {
            return refusal;
        }
        try {
            SaslSettings.check(listener, settings);
            return null;
        } catch (KafkaException | IllegalArgumentException unusable) {
            return TlsKeys.cause(unusable);
        }
    }

    @Override
    public boolean isProtected() {
        return keys != null || sasl != null;
    }

    @Override
    public long timeoutMillis() {
        return timeoutMillis;
    }

    @Override
    public @Nullable SSLEngine newEngine(InetAddress client) {
        return keys == null ? null : keys.newEngine(client);
    }

    @Override
    public KafkaPrincipal principal(@Nullable SSLSession session, InetAddress client)
            throws IOException {
        if (session == null || sasl != null) {
            return KafkaPrincipal.ANONYMOUS;
        }
        try {
            return principals.build(new SslAuthenticationContext(session, client, listener.name()));
        } catch (KafkaException unnamed) {
            throw new IOException(
                    "its certificate's name is in none of "
                            + MAPPING_RULES
                            + ": "
                            + TlsKeys.cause(unnamed),
                    unnamed);
        }
    }

    @Override
    public void onRefused(InetAddress client, String reason) {
        trail.onAuthenticationFailed(listener.name(), client, "SSL", null, reason);
    }

    @Override
    public @Nullable Login newLogin(@Nullable SSLSession session, InetAddress client) {
        SaslSettings now = sasl;
        return now == null
                ? null
                : new SaslLogin(() -> Objects.requireNonNullElse(sasl, now), client);
    }

    @Override
    public void close() {
        if (keys != null) {
            keys.close();
        }
        SaslSettings last = sasl;
        if (last != null) {
            last.close();
        }
    }
}
