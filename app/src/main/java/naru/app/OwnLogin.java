package naru.app;

import naru.http.Credentials;
import naru.http.Identity;
import naru.http.Login;

import java.net.InetAddress;
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
    private static final int DEPUTIES_MOST = 1_000;

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
    private final Map<String, Credentials> deputies = new LatestUsed<>(DEPUTIES_MOST);

    OwnLogin(Login others) {
        this.others = others;
        this.token = secret();
    }

    private static String secret() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    String token() {
        return token;
    }

    @Override
    public Identity prove(Credentials credentials, InetAddress from) {
        if (!(credentials instanceof Credentials.Bearer(String given))) {
            return others.prove(credentials, from);
        }
        if (isOwn(given)) {
            return SELF;
        }
        Credentials standsFor;
        synchronized (deputies) {
            standsFor = deputies.get(given);
        }
        return others.prove(standsFor == null ? credentials : standsFor, from);
    }

    /**
     * A token by which this process asks its own services in the name of a user, whose certificate
     * it has seen and cannot show.
     */
    String tokenFor(Credentials.Certificate user) {
        String secret = secret();
        synchronized (deputies) {
            deputies.put(secret, user);
        }
        return secret;
    }

    private boolean isOwn(String given) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
