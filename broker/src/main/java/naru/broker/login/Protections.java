package naru.broker.login;

import naru.broker.audit.AuditTrail;
import naru.broker.config.ConfigValidator;
import naru.broker.config.DynamicConfig;
import naru.broker.config.Listener;
import naru.broker.config.NodeConfig;
import naru.broker.tls.KeyWatch;
import naru.broker.tls.TlsKeys;
import naru.broker.transport.ListenerSecurity;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The protection of every listener of a node, and what keeps it up to date.
 *
 * <p>Threads: made by the starter; changed settings come on the metadata loader's thread, proposed
 * ones on the controller's.
 */
public final class Protections
        implements DynamicConfig.Listener, ConfigValidator.Trial, AutoCloseable {
    private static final String LOGIN_MODULES = "sasl.jaas.config";

    private final Map<String, ListenerProtection> byListener = new LinkedHashMap<>();
    private final List<AutoCloseable> parts = new ArrayList<>();

    /**
     * @param trail told of failed logins
     * @throws ConfigException when a listener cannot be protected as it is set, with the cause
     */
    public Protections(NodeConfig config, Credentials credentials, AuditTrail trail) {
        List<TlsKeys> keys = new ArrayList<>();
        GuessLimit guesses = new GuessLimit(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        List<Listener> all = new ArrayList<>(config.listeners());
        all.addAll(config.controllerListeners());
        for (Listener listener : all) {
            try {
                ListenerProtection one =
                        new ListenerProtection(listener, config, credentials, guesses, trail);
                byListener.put(listener.name(), one);
                parts.add(one);
                if (one.keys() != null) {
                    keys.add(one.keys());
                }
            } catch (KafkaException | IllegalArgumentException unusable) {
                closeAll();
                throw new ConfigException(
                        "The listener "
                                + listener
                                + " cannot be protected as it is set: "
                                + TlsKeys.cause(unusable));
            }
        }
        if (!keys.isEmpty()) {
            parts.add(new KeyWatch(keys));
        }
    }

    /** How the listener of this name is protected. */
    public ListenerSecurity of(String listenerName) {
        ListenerProtection protection = byListener.get(listenerName);
        if (protection == null) {
            throw new IllegalArgumentException("no listener is named " + listenerName);
        }
        return protection;
    }

    @Override
    public void onChange(Set<String> changed, NodeConfig now) {
        byListener.values().forEach(one -> one.use(changed, now));
    }

    @Override
    public @Nullable String refusal(Set<String> changed, NodeConfig proposed) {
        try {
            for (String key : changed) {
                if (key.endsWith(LOGIN_MODULES) && proposed.value(key) instanceof Password text) {
                    LoginModules.requireKnown(text);
                }
            }
        } catch (ConfigException unknown) {
            return unknown.getMessage();
        }
        for (ListenerProtection one : byListener.values()) {
            String refusal = one.refusal(changed, proposed);
            if (refusal != null) {
                return "The listener %s could not be protected so: %s"
                        .formatted(one.name(), refusal);
            }
        }
        return null;
    }

    private void closeAll() {
        parts.forEach(part -> {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public void close() {
        closeAll();
    }
}
