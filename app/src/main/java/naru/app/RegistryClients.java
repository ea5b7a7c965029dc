package naru.app;

import naru.broker.config.NaruSettings;
import naru.http.Credentials;
import naru.http.Refusal;
import naru.rest.cluster.UserClients;
import naru.schema.client.HttpSchemaSource;
import naru.schema.client.RegistryAddress;
import naru.schema.client.SchemaSource;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Asks the schema registry for users of other services: that of this process with what the user has
 * shown, another one as its address says.
 */
final class RegistryClients implements UserClients.Registry {
    private final Optional<RegistryAddress> named;
    private final Supplier<Optional<RegistryAddress>> own;
    private final Function<Credentials.Certificate, String> tokens;

    /**
     * @param named by the configuration
     * @param own the registry of this process, without a user
     * @param tokens by which this process asks its own services for users with certificates
     */
    RegistryClients(
            Optional<RegistryAddress> named,
            Supplier<Optional<RegistryAddress>> own,
            Function<Credentials.Certificate, String> tokens) {
        this.named = named;
        this.own = own;
        this.tokens = tokens;
    }

    @Override
    public SchemaSource client(Credentials credentials) {
        if (named.isPresent()) {
            return new HttpSchemaSource(named.get());
        }
        RegistryAddress address =
                own.get()
                        .orElseThrow(() ->
                                new Refusal(
                                        422,
                                        42206,
                                        "Payload error. Schema Registry must be configured when using schemas: %s names one, or naru.services has registry"
                                                .formatted(NaruSettings.REGISTRY_URL)));
        return new HttpSchemaSource(
                switch (credentials) {
                    case Credentials.None() -> address;
                    case Credentials.Basic(String user, String password) ->
                            address.withBasic(user, password);
                    case Credentials.Bearer(String token) -> address.withBearer(token);
                    case Credentials.Certificate user -> address.withBearer(tokens.apply(user));
                });
    }
}
