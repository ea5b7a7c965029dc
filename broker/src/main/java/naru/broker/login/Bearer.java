package naru.broker.login;

import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslServer;

import java.util.List;
import java.util.Map;

import javax.security.auth.login.AppConfigurationEntry;
import javax.security.sasl.SaslServer;

/**
 * OAUTHBEARER (RFC 7628): signed tokens, checked by Kafka's own validator against the key set,
 * issuer and audience of the settings (KIP-768). Unsigned tokens are not taken. Which key sets may
 * be fetched is limited by the system property {@code
 * org.apache.kafka.sasl.oauthbearer.allowed.urls} as in Kafka.
 */
final class Bearer implements Mechanism {
    static final String NAME = "OAUTHBEARER";

    private final OAuthBearerValidatorCallbackHandler validator =
            new OAuthBearerValidatorCallbackHandler();

    Bearer(Map<String, Object> settings, AppConfigurationEntry entry) {
        validator.configure(settings, NAME, List.of(entry));
    }

    @Override
    public SaslServer newServer() {
        return new OAuthBearerSaslServer(validator);
    }

    @Override
    public void close() {
        validator.close();
    }
}
