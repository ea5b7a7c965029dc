package naru.broker.login;

import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What makes a delegation token's proof of its id (KIP-48), as Kafka makes it: tokens of one are
 * good at the other when both have the same {@code delegation.token.secret.key}. Any thread.
 */
public final class TokenKey {
    public static final String SETTING = "delegation.token.secret.key";
    private static final String KEYED_HASH = "HmacSHA512";

    private final SecretKeySpec key;

    private TokenKey(String secret) {
        this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), KEYED_HASH);
    }

    /**
     * @param setting value of {@link #SETTING}
     * @return null when there are no delegation tokens
     */
    public static @Nullable TokenKey of(@Nullable Object setting) {
        return setting instanceof Password secret && !secret.value().isEmpty()
                ? new TokenKey(secret.value())
                : null;
    }

    /** Whoever has this is the token's holder. */
    public byte[] proof(String tokenId) {
        try {
            Mac mac = Mac.getInstance(KEYED_HASH);
            mac.init(key);
            return mac.doFinal(tokenId.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + KEYED_HASH, e);
        }
    }
}
