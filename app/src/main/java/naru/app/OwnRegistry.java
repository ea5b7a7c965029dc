package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.schema.client.RegistryAddress;

import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import javax.net.ssl.SSLContext;

/** Which schema registry the broker of this process asks. */
final class OwnRegistry {
    private OwnRegistry() {}

    /**
     * The one that the configuration names.
     *
     * @param tls for https; null: as this Java does
     * @throws StartFailure when its addresses are none
     */
    static Optional<RegistryAddress> named(NodeConfig config, @Nullable SSLContext tls) {
        String url = config.text(NaruSettings.REGISTRY_URL);
        if (url == null) {
            return Optional.empty();
        }
        try {
            RegistryAddress address = RegistryAddress.of(url).withTimeout(timeout(config));
            if (tls != null) {
                address = address.withTls(tls);
            }
            String user = config.text(NaruSettings.REGISTRY_USER);
            return Optional.of(user == null ? address : address.withBasic(user, password(config)));
        } catch (IllegalArgumentException malformed) {
            throw new StartFailure(
                    NaruSettings.REGISTRY_URL + ": " + malformed.getMessage(), malformed);
        }
    }

    private static String password(NodeConfig config) {
        return config.value(NaruSettings.REGISTRY_PASSWORD) instanceof Password given
                ? given.value()
                : "";
    }

    /** The one of this process, which lets the process itself in. */
    static RegistryAddress at(
            URI address, NodeConfig config, OwnLogin login, @Nullable SSLContext tls) {
        return new RegistryAddress(List.of(address), null, tls, timeout(config))
                .withBearer(login.token());
    }

    private static Duration timeout(NodeConfig config) {
        return Duration.ofMillis(config.integer(NaruSettings.REGISTRY_TIMEOUT));
    }
}
