package naru.app;

import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.http.Credentials;
import naru.http.Refusal;
import naru.rest.cluster.UserClients;
import naru.schema.client.HttpSchemaSource;
import naru.schema.client.RegistryAddress;
import naru.schema.client.SchemaSource;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * Asks the schema registry for users of other services: that of this process with what the user has
 * shown, another one as its address says.
 */
final class RegistryClients implements UserClients.Registry {
    private final Optional<RegistryAddress> named;
    private final @Nullable String own;

    /**
     * @param own address of the registry of this process; null: it has none
     */
    RegistryClients(NodeConfig config, @Nullable String own) {
        this.named = OwnRegistry.named(config);
        this.own = own;
    }

    @Override
    public SchemaSource client(Credentials credentials) {
        if (named.isPresent()) {
            return new HttpSchemaSource(named.get());
        }
        if (own == null) {
            throw new Refusal(
                    422,
                    42206,
                    "Payload error. Schema Registry must be configured when using schemas: %s names one, or naru.services has registry"
                            .formatted(NaruSettings.REGISTRY_URL));
        }
        RegistryAddress address = RegistryAddress.of(own.replace("//0.0.0.0:", "//127.0.0.1:"));
        return new HttpSchemaSource(
                switch (credentials) {
                    case Credentials.None() -> address;
                    case Credentials.Basic(String user, String password) ->
                            address.withBasic(user, password);
                    case Credentials.Bearer(String token) -> address.withBearer(token);
                });
    }
}
