package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.connect.ConnectSettings;
import naru.connect.ConnectSettings.RestartRule;
import naru.schema.client.RegistryAddress;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.net.ssl.SSLContext;

/** What a node's configuration says of Connect. */
final class ConnectSettingsOf {
    /** Not of Kafka's worker. */
    private static final Set<String> OURS =
            Set.of(
                    NaruSettings.listenersOf("connect"),
                    NaruSettings.CONNECT_STANDALONE,
                    NaruSettings.CONNECT_RESTARTS,
                    NaruSettings.CONNECT_RESTART_BACKOFF,
                    NaruSettings.CONNECT_RESTART_BACKOFF_MOST,
                    NaruSettings.CONNECT_RESTART_FORGIVEN);

    private ConnectSettingsOf() {}

    /**
     * @param registry of this process, as this process asks it; null: there is none
     * @param tls for https; null: as this Java does
     */
    static ConnectSettings node(
            NodeConfig config,
            Map<String, Object> clients,
            @Nullable RegistryAddress registry,
            @Nullable SSLContext tls) {
        Map<String, String> worker = new HashMap<>();
        config.layers()
                .node()
                .forEach((key, value) -> {
                    if (key.startsWith(NaruSettings.CONNECT) && !OURS.contains(key)) {
                        worker.put(key.substring(NaruSettings.CONNECT.length()), value);
                    }
                });
        List<String> addresses = config.list(NaruSettings.listenersOf("connect"));
        return new ConnectSettings(
                worker,
                clients,
                config.list(NaruSettings.CONNECT_STANDALONE).stream().map(Path::of).toList(),
                new RestartRule(
                        config.integer(NaruSettings.CONNECT_RESTARTS),
                        config.number(NaruSettings.CONNECT_RESTART_BACKOFF),
                        config.number(NaruSettings.CONNECT_RESTART_BACKOFF_MOST),
                        config.number(NaruSettings.CONNECT_RESTART_FORGIVEN)),
                URI.create(addresses.isEmpty() ? "http://127.0.0.1:0" : addresses.getFirst()),
                delivered(),
                config.dataFolders().getFirst().resolve("connect-offsets"),
                registry,
                tls,
                Version.ofNaru());
    }

    /** The folder {@code connect} beside the jar that runs, where there is one. */
    static @Nullable Path delivered() {
        try {
            Path jar =
                    Path.of(
                            ConnectSettingsOf.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            Path folder = jar.resolveSibling("connect");
            return Files.isDirectory(folder) ? folder : null;
        } catch (URISyntaxException nameless) {
            return null;
        }
    }
}
