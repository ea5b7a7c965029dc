package naru.app.join;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;

/**
 * What a new node has to know to find and believe the cluster, as one word that no shell has to
 * quote.
 *
 * @param addresses of the cluster's nodes for clients, HOST:PORT
 * @param secret null where nobody has to show who they are
 */
public record Invitation(String clusterId, List<String> addresses, @Nullable Secret secret) {
    private static final String PREFIX = "naru1.";
    private static final String FIELD = "\n";
    private static final int LONGEST = 4_096;
    private static final int CHECKSUM_DIGITS = 8;

    /**
     * What admits to a cluster that is secured. Whoever has it is, until it is used or expires, the
     * user who made it.
     *
     * @param endpoints where certificates are given, HOST:PORT
     * @param fingerprint of the authority's certificate, SHA-256, in hexadecimal digits
     * @param tokenId of a delegation token
     * @param tokenSecret its proof, in Base64
     */
    public record Secret(
            List<String> endpoints, String fingerprint, String tokenId, String tokenSecret) {
        public Secret {
            endpoints = List.copyOf(endpoints);
        }

        byte[] key() {
            return Base64.getDecoder().decode(tokenSecret);
        }

        @Override
        public String toString() {
            return "Secret[" + tokenId + "]";
        }
    }

    public Invitation {
        addresses = List.copyOf(addresses);
    }

    public String text() {
        Secret known = secret;
        String fields =
                known == null
                        ? String.join(FIELD, clusterId, String.join(",", addresses))
                        : String.join(
                                FIELD,
                                clusterId,
                                String.join(",", addresses),
                                String.join(",", known.endpoints),
                                known.fingerprint,
                                known.tokenId,
                                known.tokenSecret);
        byte[] bytes = (checksum(fields) + fields).getBytes(StandardCharsets.UTF_8);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * @throws JoinFailure when the text is no invitation, or not all of one
     */
    public static Invitation parse(String text) {
        String stripped = text.strip();
        if (!stripped.startsWith(PREFIX) || stripped.length() > LONGEST) {
            throw new JoinFailure(
                    "--token is not what naru cluster invite prints; it begins with " + PREFIX);
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(stripped.substring(PREFIX.length()));
            String all = new String(bytes, StandardCharsets.UTF_8);
            String fields = all.substring(Math.min(CHECKSUM_DIGITS, all.length()));
            if (all.startsWith(checksum(fields))) {
                return ofFields(fields.split(FIELD, -1));
            }
        } catch (IllegalArgumentException broken) {
            throw new JoinFailure(incomplete(), broken);
        }
        throw new JoinFailure(incomplete());
    }

    private static String incomplete() {
        return "--token is not complete, or was changed on the way; copy the whole word that naru"
                + " cluster invite prints";
    }

    private static Invitation ofFields(String[] fields) {
        if (fields.length != 2 && fields.length != 6) {
            throw new IllegalArgumentException("fields: " + fields.length);
        }
        return new Invitation(
                fields[0],
                List.of(fields[1].split(",", -1)),
                fields.length == 2
                        ? null
                        : new Secret(
                                List.of(fields[2].split(",", -1)),
                                fields[3],
                                fields[4],
                                fields[5]));
    }

    /** Finds out what was lost by copying; it protects against nobody. */
    private static String checksum(String fields) {
        CRC32 sum = new CRC32();
        sum.update(fields.getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(sum.getValue());
    }
}
