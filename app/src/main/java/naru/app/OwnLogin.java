package naru.app;

import naru.http.Credentials;
import naru.http.Identity;
import naru.http.Login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/**
 * Lets this process into its own services, by a token that is made anew at each start and known to
 * nobody else; everybody else is proved as before.
 *
 * <p>Threads: any.
 */
final class OwnLogin implements Login {
    private static final Identity SELF =
            new Identity() {
                @Override
                public String name() {
                    return "naru";
                }

                @Override
                public String key() {
                    return "";
                }

                @Override
                public Map<String, Object> clientProperties() {
                    return Map.of();
                }

                @Override
                public boolean may(Right right, String topic) {
                    return true;
                }

                @Override
                public boolean mayEverything() {
                    return true;
                }
            };

    private final Login others;
    private final String token;

    OwnLogin(Login others) {
        this.others = others;
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        this.token = HexFormat.of().formatHex(secret);
    }

    String token() {
        return token;
    }

    @Override
    public Identity prove(Credentials credentials) {
        return credentials instanceof Credentials.Bearer(String given) && isOwn(given)
                ? SELF
                : others.prove(credentials);
    }

    private boolean isOwn(String given) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
