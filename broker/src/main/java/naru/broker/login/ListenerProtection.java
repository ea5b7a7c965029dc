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

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/** How one listener is protected, by its settings. */
public final class ListenerProtection implements ListenerSecurity, AutoCloseable {
    private static final String CLIENT_AUTHENTICATION = "ssl.client.auth";
    private static final String MAPPING_RULES = "ssl.principal.mapping.rules";

    private final Listener listener;
    private final long timeoutMillis;
    private final DefaultKafkaPrincipalBuilder principals;
    private final @Nullable TlsKeys keys;
    private final @Nullable SaslSettings sasl;

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
        this.timeoutMillis = config.number(NaruSettings.AUTHENTICATION_TIMEOUT);
        Map<String, Object> settings = settings(listener, config);
        this.principals =
                new DefaultKafkaPrincipalBuilder(
                        null,
                        SslPrincipalMapper.fromRules(
                                String.valueOf(settings.getOrDefault(MAPPING_RULES, "DEFAULT"))));
        this.keys = listener.encrypted() ? new TlsKeys(listener.name(), settings) : null;
        this.sasl =
                listener.login()
                        ? SaslSettings.of(listener, settings, credentials, guesses, trail)
                        : null;
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

    @Nullable TlsKeys keys() {
        return keys;
    }

    /** Takes over what can be changed while the node runs: its keys. */
    void use(NodeConfig config) {
        if (keys != null) {
            keys.use(settings(listener, config));
        }
    }

    String settingPrefix() {
        return listener.settingPrefix();
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
    public @Nullable Login newLogin(@Nullable SSLSession session, InetAddress client) {
        return sasl == null ? null : new SaslLogin(sasl, client);
    }

    @Override
    public void close() {
        if (keys != null) {
            keys.close();
        }
        if (sasl != null) {
            sasl.close();
        }
    }
}
