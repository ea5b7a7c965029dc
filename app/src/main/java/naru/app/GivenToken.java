package naru.app;

import naru.http.Json;
import naru.http.Refusal;

import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.jspecify.annotations.Nullable;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;

/**
 * Lets a Kafka client log in with the bearer token of an HTTP request: the option {@code token} of
 * its JAAS entry. Only the cluster looks into the token.
 */
public final class GivenToken implements AuthenticateCallbackHandler {
    static final String OPTION = "token";

    private static final String UNKNOWN = "a token's user";
    private static final long LIFETIME_MILLIS = 60_000;

    private String token = "";

    /** A token of which nothing is known here but its text. */
    private record Opaque(String value, Long startTimeMs, long lifetimeMs)
            implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public String principalName() {
            return "";
        }
    }

    /** Whom a token that the cluster takes is of, as far as it can be seen from here. */
    static String subject(String token) {
        String[] parts = token.split("\\.", -1);
        try {
            if (parts.length == 3) {
                String name =
                        Json.parse(Base64.getUrlDecoder().decode(parts[1])).path("sub").asText("");
                if (!name.isEmpty()) {
                    return name;
                }
            }
        } catch (IllegalArgumentException | Refusal opaque) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }

    @Override
    public void configure(
            Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
        for (AppConfigurationEntry entry : entries) {
            @Nullable Object given = entry.getOptions().get(OPTION);
            if (given != null) {
                token = given.toString();
            }
        }
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            switch (callback) {
                case OAuthBearerTokenCallback wanted -> {
                    long now = System.currentTimeMillis();
                    wanted.token(new Opaque(token, now, now + LIFETIME_MILLIS));
                }
                case SaslExtensionsCallback none -> {}
                default -> throw new UnsupportedCallbackException(callback);
            }
        }
    }

    @Override
    public void close() {
        token = "";
    }
}
