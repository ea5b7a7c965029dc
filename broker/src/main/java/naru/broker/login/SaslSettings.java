package naru.broker.login;

import naru.broker.audit.AuditTrail;
import naru.broker.config.Listener;
import naru.broker.config.NaruSettings;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.security.auth.login.AppConfigurationEntry;

/**
 * How clients of one listener log in.
 *
 * @param mechanisms in the order in which they are offered
 * @param frameBytesMost {@code sasl.server.max.receive.size}
 * @param refusalDelayMillis {@code connection.failed.authentication.delay.ms}
 * @param nodesByCertificate whether names of nodes are no names for who logs in
 * @param sessionMillis {@code connections.max.reauth.ms} by mechanism; 0 for no end
 */
record SaslSettings(
        String listenerName,
        SecurityProtocol protocol,
        Map<String, Mechanism> mechanisms,
        int frameBytesMost,
        long refusalDelayMillis,
        boolean nodesByCertificate,
        Map<String, Long> sessionMillis,
        GuessLimit guesses,
        AuditTrail trail) {
    private static final String SESSION = "connections.max.reauth.ms";

    static SaslSettings of(
            Listener listener,
            Map<String, Object> settings,
            Credentials credentials,
            GuessLimit guesses,
            AuditTrail trail) {
        Map<String, Mechanism> mechanisms = new LinkedHashMap<>();
        Map<String, Long> sessions = new LinkedHashMap<>();
        for (Object each : (List<?>) settings.getOrDefault("sasl.enabled.mechanisms", List.of())) {
            String name = String.valueOf(each);
            mechanisms.put(name, mechanism(listener, name, settings, credentials));
            Object own = settings.get(name.toLowerCase(Locale.ROOT) + "." + SESSION);
            Object session = own == null ? settings.get(SESSION) : own;
            sessions.put(name, session instanceof Number millis ? millis.longValue() : 0L);
        }
        return new SaslSettings(
                listener.name(),
                SecurityProtocol.forName(listener.protocol()),
                mechanisms,
                number(settings, "sasl.server.max.receive.size"),
                number(settings, "connection.failed.authentication.delay.ms"),
                Boolean.TRUE.equals(settings.get(NaruSettings.NODES_BY_CERTIFICATE)),
                Map.copyOf(sessions),
                guesses,
                trail);
    }

    /**
     * Checks what can be without anything being opened.
     *
     * @throws ConfigException when logins could not be as these settings say
     */
    static void check(Listener listener, Map<String, Object> settings) {
        for (Object each : (List<?>) settings.getOrDefault("sasl.enabled.mechanisms", List.of())) {
            LoginModules.entry(listener.name(), String.valueOf(each), settings);
        }
    }

    private static Mechanism mechanism(
            Listener listener, String name, Map<String, Object> settings, Credentials credentials) {
        AppConfigurationEntry entry = LoginModules.entry(listener.name(), name, settings);
        return switch (name) {
            case Plain.NAME -> new Plain(entry.getOptions());
            case Bearer.NAME -> new Bearer(settings, entry);
            default ->
                    new Scram(
                            ScramMechanism.forMechanismName(name),
                            credentials,
                            TokenKey.of(settings.get(TokenKey.SETTING)));
        };
    }

    private static int number(Map<String, Object> settings, String key) {
        if (settings.get(key) instanceof Number number) {
            return number.intValue();
        }
        throw new IllegalArgumentException(key + " has no value");
    }

    void close() {
        mechanisms.values().forEach(Mechanism::close);
    }
}
