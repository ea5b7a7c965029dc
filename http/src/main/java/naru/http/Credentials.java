package naru.http;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * What a client shows to say who it is: the Authorization header of RFC 7617 and RFC 6750, or the
 * certificate of its TLS connection.
 */
public sealed interface Credentials {
    record None() implements Credentials {}

    /** Never printed. */
    record Basic(String user, String password) implements Credentials {
        @Override
        public String toString() {
            return "Basic of " + user;
        }
    }

    /** Never printed. */
    record Bearer(String token) implements Credentials {
        @Override
        public String toString() {
            return "Bearer";
        }
    }

    /** A client certificate that was verified in the handshake. */
    record Certificate(String user) implements Credentials {}

    /**
     * @param header the value of Authorization, or null when there is none
     * @throws Refusal 401 when it is of another scheme or malformed
     */
    static Credentials of(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return new None();
        }
        int space = header.indexOf(' ');
        String scheme = (space < 0 ? header : header.substring(0, space)).toLowerCase(Locale.ROOT);
        String rest = space < 0 ? "" : header.substring(space + 1).strip();
        return switch (scheme) {
            case "basic" -> basic(rest);
            case "bearer" -> new Bearer(rest);
            default ->
                    throw new Refusal(
                            401,
                            "Authorization is neither Basic nor Bearer, which are served here");
        };
    }

    private static Basic basic(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0) {
                return new Basic(pair.substring(0, colon), pair.substring(colon + 1));
            }
        } catch (IllegalArgumentException notBase64) {
            // Said below.
        }
        throw new Refusal(401, "Authorization: Basic is followed by base64 of user:password");
    }
}
