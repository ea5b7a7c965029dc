package naru.broker.tls;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.network.ConnectionMode;
import org.apache.kafka.common.security.ssl.SslFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import javax.net.ssl.SSLEngine;

/**
 * The keys of one listener. Connections that begin after a change of the files or settings use the
 * new ones; keys that cannot be used leave the old ones in use.
 *
 * <p>Threads: engines are made by every loop; renewal is one caller's at a time.
 */
public final class TlsKeys {
    private static final Logger LOG = LoggerFactory.getLogger("naru.tls");
    private static final String CLIENT_AUTHENTICATION = "ssl.client.auth";
    private static final List<String> PASSWORDS =
            List.of("ssl.key.password", "ssl.keystore.password");
    private static final List<String> FILES =
            List.of("ssl.keystore.location", "ssl.truststore.location");

    private final String listener;
    private final SslFactory factory = new SslFactory(ConnectionMode.SERVER);
    private Map<String, Object> settings;
    private List<Stamp> stamps;

    /** What tells a changed file from the one that was read. */
    private record Stamp(Path file, long modifiedMillis, long sizeBytes) {}

    /**
     * @param settings as they hold for this listener
     * @throws KafkaException when the keys cannot be used, with the cause
     */
    public TlsKeys(String listener, Map<String, Object> settings) {
        this.listener = listener;
        this.settings = Map.copyOf(settings);
        this.stamps = stamps(settings);
        factory.configure(settings);
    }

    /** The server's side of a new connection. */
    public SSLEngine newEngine(InetAddress client) {
        return factory.createSslEngine(client.getHostAddress(), 0);
    }

    /** What this listener shows to clients, with its private key. */
    KeyStore shown() {
        return factory.sslEngineFactory().keystore();
    }

    /** What protects the private key in it; null: nothing. */
    synchronized char @Nullable [] protection() {
        for (String key : PASSWORDS) {
            if (settings.get(key) instanceof Password password) {
                return password.value().toCharArray();
            }
        }
        return null;
    }

    /** Whom the settings have it trust; null: whom this Java trusts. */
    @Nullable KeyStore trusted() {
        return factory.sslEngineFactory().truststore();
    }

    /** Reads the files again when they have changed. */
    synchronized void renewChangedFiles() {
        List<Stamp> now = stamps(settings);
        if (!now.equals(stamps)) {
            stamps = now;
            renew("its files have changed", () -> settings);
        }
    }

    /** Goes on with other settings. */
    public synchronized void use(Map<String, Object> changed) {
        renew("its settings have changed", () -> changed);
    }

    /** Why new connections could not go on with these settings, or null when they could. */
    public synchronized @Nullable String refusal(Map<String, Object> wanted) {
        try (SslFactory trial = new SslFactory(ConnectionMode.SERVER)) {
            trial.configure(wanted);
            trial.createSslEngine("localhost", 0);
            factory.validateReconfiguration(wanted);
            return null;
        } catch (RuntimeException unusable) {
            return cause(unusable);
        }
    }

    private void renew(String why, Supplier<Map<String, Object>> next) {
        Map<String, Object> wanted = next.get();
        try {
            factory.reconfigure(wanted);
            settings = Map.copyOf(wanted);
            stamps = stamps(wanted);
            LOG.info("listener {} uses new keys for new connections: {}", listener, why);
        } catch (RuntimeException unusable) {
            LOG.warn(
                    "listener {} goes on with its old keys: {}, but the new ones cannot be used:"
                            + " {}",
                    listener,
                    why,
                    cause(unusable));
        }
    }

    /** The sentences of an exception and its causes, each once. */
    public static String cause(Throwable fault) {
        List<String> sentences = new ArrayList<>();
        for (Throwable one = fault; one != null && sentences.size() < 5; one = one.getCause()) {
            String sentence = one.getMessage();
            if (sentence != null && sentences.stream().noneMatch(told -> told.contains(sentence))) {
                sentences.add(sentence);
            }
        }
        return sentences.isEmpty()
                ? fault.getClass().getSimpleName()
                : String.join(": ", sentences);
    }

    private static List<Stamp> stamps(Map<String, Object> settings) {
        List<Stamp> stamps = new ArrayList<>();
        for (String key : FILES) {
            if (settings.get(key) instanceof String name) {
                Path file = Path.of(name);
                try {
                    stamps.add(
                            new Stamp(
                                    file,
                                    Files.getLastModifiedTime(file).toMillis(),
                                    Files.size(file)));
                } catch (IOException missing) {
                    stamps.add(new Stamp(file, -1, -1));
                }
            }
        }
        return stamps;
    }

    /** Whether clients show certificates; for connections that log in by SASL only when told so. */
    public static String clientAuthentication(Map<String, Object> settings) {
        return String.valueOf(settings.getOrDefault(CLIENT_AUTHENTICATION, "none"));
    }

    /** Ends no connection. */
    public void close() {
        factory.close();
    }
}
