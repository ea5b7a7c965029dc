package naru.broker.login;

import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * SCRAM (RFC 5802) for users and for delegation tokens (KIP-48), both from the cluster's metadata.
 *
 * <p>Who does not exist is answered with a salt that stays the same as long as the cluster lives,
 * and with a credential that no password fits, so that the exchange fails where a wrong password
 * fails.
 */
final class Scram implements Mechanism {
    private static final String KEYED_HASH = "HmacSHA512";
    private static final int COMMON_ITERATIONS = 4096;
    private static final int SALT_BITS = 130;

    private final ScramMechanism mechanism;
    private final Credentials credentials;
    private final @Nullable TokenKey tokenKey;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param tokenKey null when there are no delegation tokens
     */
    Scram(ScramMechanism mechanism, Credentials credentials, @Nullable TokenKey tokenKey) {
        this.mechanism = mechanism;
        this.credentials = credentials;
        this.tokenKey = tokenKey;
    }

    @Override
    public SaslServer newServer() throws SaslException {
        return new ScramExchange(mechanism, this::proof);
    }

    /** Finds what a name has to prove; there is something for every name. */
    interface Proofs {
        Proof of(String name, boolean byToken);
    }

    /**
     * @param user who it is that can prove it
     * @param endMillis when a token expires; null for users
     */
    record Proof(ScramCredential credential, String user, @Nullable Long endMillis) {}

    private Proof proof(String name, boolean byToken) {
        return byToken ? ofToken(name) : new Proof(ofUser(name), name, null);
    }

    private ScramCredential ofUser(String name) {
        ScramCredential known = credentials.scram(mechanism.mechanismName(), name);
        return known == null ? ofNobody("user", name) : known;
    }

    /** Costs as little as to look somebody up, for whoever asks has shown nothing yet. */
    private ScramCredential ofNobody(String kind, String name) {
        byte[] stored = new byte[keyBytes()];
        byte[] server = new byte[keyBytes()];
        random.nextBytes(stored);
        random.nextBytes(server);
        return new ScramCredential(salt(kind, name), stored, server, COMMON_ITERATIONS);
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

    private Proof ofToken(String tokenId) {
        TokenInformation token = credentials.delegationToken(tokenId);
        TokenKey key = tokenKey;
        if (token == null || key == null || token.expiryTimestamp() <= System.currentTimeMillis()) {
            return new Proof(ofNobody("token", tokenId), tokenId, null);
        }
        byte[] password = Base64.getEncoder().encode(key.proof(tokenId));
        return new Proof(
                ofPassword(tokenId, password), token.owner().getName(), token.expiryTimestamp());
    }

    private ScramCredential ofPassword(String tokenId, byte[] password) {
        byte[] salt = salt("token", tokenId);
        try {
            ScramFormatter formatter = new ScramFormatter(mechanism);
            byte[] salted = formatter.hi(password, salt, COMMON_ITERATIONS);
            return formatter.generateCredential(salt, salted, COMMON_ITERATIONS);
        } catch (InvalidKeyException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no " + mechanism.hashAlgorithm(), e);
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
