package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.schema.client.RegistryAddress;

import org.apache.kafka.common.config.types.Password;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Which schema registry the broker of this process asks. */
final class OwnRegistry {
    private OwnRegistry() {}

    /**
     * The one that the configuration names.
     *
     * @throws StartFailure when its addresses are none
     */
    static Optional<RegistryAddress> named(NodeConfig config) {
        String url = config.text(NaruSettings.REGISTRY_URL);
        if (url == null) {
            return Optional.empty();
        }
        try {
            RegistryAddress address = RegistryAddress.of(url).withTimeout(timeout(config));
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
    static RegistryAddress at(URI address, NodeConfig config, OwnLogin login) {
        return new RegistryAddress(List.of(address), null, null, timeout(config))
                .withBearer(login.token());
    }

    private static Duration timeout(NodeConfig config) {
        return Duration.ofMillis(config.integer(NaruSettings.REGISTRY_TIMEOUT));
    }
}
