package naru.broker.login;

import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.apache.kafka.common.security.token.delegation.internals.DelegationTokenCredentialCallback;
import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * SCRAM (RFC 5802) for users and for delegation tokens (KIP-48), both from the cluster's metadata.
 *
 * <p>Who does not exist is answered with a salt that stays the same as long as the cluster lives,
 * and with a credential that no password fits, so that the exchange fails where a wrong password
 * fails.
 */
final class Scram implements Mechanism, CallbackHandler {
    private static final String KEYED_HASH = "HmacSHA512";
    private static final int COMMON_ITERATIONS = 4096;
    private static final int SALT_BITS = 130;

    private final ScramMechanism mechanism;
    private final Credentials credentials;
    private final @Nullable String tokenSecret;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param tokenSecret {@code delegation.token.secret.key}, or null when there are no tokens
     */
    Scram(ScramMechanism mechanism, Credentials credentials, @Nullable String tokenSecret) {
        this.mechanism = mechanism;
        this.credentials = credentials;
        this.tokenSecret = tokenSecret;
    }

    @Override
    public SaslServer newServer() throws SaslException {
        try {
            return new ScramSaslServer(mechanism, Map.of(), this);
        } catch (NoSuchAlgorithmException e) {
            throw new SaslException("this JDK has no " + mechanism.hashAlgorithm(), e);
        }
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        String name = "";
        for (Callback callback : callbacks) {
            switch (callback) {
                case NameCallback user -> name = user.getDefaultName();
                case DelegationTokenCredentialCallback token -> ofToken(token, name);
                case ScramCredentialCallback user -> user.scramCredential(ofUser(name));
                default -> throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private ScramCredential ofUser(String name) {
        ScramCredential known = credentials.scram(mechanism.mechanismName(), name);
        return known == null ? ofNobody(name) : known;
    }

    private ScramCredential ofNobody(String name) {
        byte[] stored = new byte[keyBytes()];
        byte[] server = new byte[keyBytes()];
        random.nextBytes(stored);
        random.nextBytes(server);
        return new ScramCredential(salt("user", name), stored, server, COMMON_ITERATIONS);
    }

    private int keyBytes() {
        return switch (mechanism) {
            case SCRAM_SHA_256 -> 32;
            case SCRAM_SHA_512 -> 64;
        };
    }

    /** Looks as Kafka's administration tools make salts. */
    private byte[] salt(String kind, String name) {
        byte[] hash =
                keyedHash(
                        credentials.clusterSecret(),
                        kind + " " + mechanism.mechanismName() + " " + name);
        BigInteger number =
                new BigInteger(1, Arrays.copyOf(hash, SALT_BITS / Byte.SIZE + 1))
                        .shiftRight(Byte.SIZE - SALT_BITS % Byte.SIZE);
        return number.toString(Character.MAX_RADIX).getBytes(StandardCharsets.UTF_8);
    }

    private void ofToken(DelegationTokenCredentialCallback callback, String tokenId) {
        TokenInformation token = credentials.delegationToken(tokenId);
        String secret = tokenSecret;
        boolean usable =
                token != null
                        && secret != null
                        && token.expiryTimestamp() > System.currentTimeMillis();
        byte[] password = new byte[keyBytes()];
        random.nextBytes(password);
        if (usable && secret != null) {
            byte[] hmac = keyedHash(secret.getBytes(StandardCharsets.UTF_8), tokenId);
            password = Base64.getEncoder().encodeToString(hmac).getBytes(StandardCharsets.UTF_8);
        }
        byte[] salt = salt("token", tokenId);
        try {
            ScramFormatter formatter = new ScramFormatter(mechanism);
            byte[] salted = formatter.hi(password, salt, COMMON_ITERATIONS);
            callback.scramCredential(formatter.generateCredential(salt, salted, COMMON_ITERATIONS));
        } catch (InvalidKeyException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no " + mechanism.hashAlgorithm(), e);
        }
        callback.tokenOwner(usable && token != null ? token.owner().getName() : tokenId);
        if (usable && token != null) {
            callback.tokenExpiryTimestamp(token.expiryTimestamp());
        }
    }

    private static byte[] keyedHash(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance(KEYED_HASH);
            mac.init(new SecretKeySpec(key, KEYED_HASH));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + KEYED_HASH, e);
        }
    }
}
