package naru.broker.login;

import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator;
import org.apache.kafka.common.security.oauthbearer.JwtValidatorException;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerExtensionsValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.sasl.SaslServer;

/**
 * OAUTHBEARER (RFC 7628): signed tokens, checked by Kafka's own validator against the key set,
 * issuer and audience of the settings (KIP-768). Unsigned tokens are not taken. Which key sets may
 * be fetched is limited by the system property {@code
 * org.apache.kafka.sasl.oauthbearer.allowed.urls} as in Kafka.
 *
 * <p>What is wrong with a token is not logged, since the validator's sentences quote it whole.
 */
final class Bearer implements Mechanism {
    static final String NAME = "OAUTHBEARER";

    private static final Logger LOG = LoggerFactory.getLogger("naru.login");
    private static final String INVALID = "invalid_token";

    private final DefaultJwtValidator validator = new DefaultJwtValidator();

    Bearer(Map<String, Object> settings, AppConfigurationEntry entry) {
        validator.configure(settings, NAME, List.of(entry));
    }

    @Override
    public SaslServer newServer() {
        return new OAuthBearerSaslServer(new Callbacks());
    }

    /** What Kafka's server side asks of us. */
    private final class Callbacks implements AuthenticateCallbackHandler {
        @Override
        public void configure(
                Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> entries) {}

        @Override
        public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
            for (Callback callback : callbacks) {
                switch (callback) {
                    case OAuthBearerValidatorCallback token -> validate(token);
                    case OAuthBearerExtensionsValidatorCallback extensions ->
                            extensions.inputExtensions().map().keySet().forEach(extensions::valid);
                    default -> throw new UnsupportedCallbackException(callback);
                }
            }
        }

        @Override
        public void close() {}
    }

    private void validate(OAuthBearerValidatorCallback callback) {
        try {
            callback.token(validator.validate(callback.tokenValue()));
        } catch (JwtValidatorException invalid) {
            callback.error(INVALID, null, null);
        }
    }

    @Override
    public void close() {
        try {
            validator.close();
        } catch (IOException e) {
            LOG.debug("closing a key set: {}", e.getMessage());
        }
    }
}
