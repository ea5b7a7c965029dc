package naru.broker.login;

import org.apache.kafka.common.security.plain.PlainAuthenticateCallback;
import org.apache.kafka.common.security.plain.internals.PlainSaslServer;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.SaslServer;

/**
 * PLAIN (RFC 4616): users and passwords stand in the listener's settings. Keeps no password, only
 * what a keyed hash makes of it, and compares in constant time; an unknown user costs as much as a
 * known one.
 */
final class Plain implements Mechanism, CallbackHandler {
    static final String NAME = "PLAIN";

    private static final String USER_OPTION = "user_";
    private static final String HASH = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final SecretKeySpec key;
    private final Map<String, byte[]> hashes = new HashMap<>();
    private final byte[] nobody;

    /**
     * @param options those beginning with {@code user_} are users and their passwords
     */
    Plain(Map<String, ?> options) {
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        key = new SecretKeySpec(secret, HASH);
        nobody = new byte[KEY_BYTES];
        random.nextBytes(nobody);
        options.forEach((option, password) -> {
            if (option.startsWith(USER_OPTION)) {
                hashes.put(
                        option.substring(USER_OPTION.length()),
                        hash(password.toString().toCharArray()));
            }
        });
    }

    private byte[] hash(char[] password) {
        try {
            Mac mac = Mac.getInstance(HASH);
            mac.init(key);
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
            mac.update(bytes);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + HASH, e);
        }
    }

    @Override
    public SaslServer newServer() {
        return new PlainSaslServer(this);
    }

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        String user = "";
        for (Callback callback : callbacks) {
            switch (callback) {
                case NameCallback name -> user = name.getDefaultName();
                case PlainAuthenticateCallback password ->
                        password.authenticated(isRight(user, password.password()));
                default -> throw new UnsupportedCallbackException(callback);
            }
        }
    }

    /** Whom a client says to be, whether it is well written or not; null when it does not say. */
    static @Nullable String claimedName(byte[] token) {
        String[] parts = new String(token, StandardCharsets.UTF_8).split("\0", -1);
        return parts.length < 3 ? null : parts[1];
    }

    private boolean isRight(String user, char[] password) {
        return MessageDigest.isEqual(hashes.getOrDefault(user, nobody), hash(password));
    }
}
