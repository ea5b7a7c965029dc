package naru.schema.client;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.SSLContext;

/**
 * How a registry is reached.
 *
 * @param bases one or more; the next one is asked when one does not answer
 * @param authorization value of the header of that name; null: none
 * @param tls for {@code https}; null: the JVM's
 * @param timeout for one answer of one address
 */
public record RegistryAddress(
        List<URI> bases,
        @Nullable String authorization,
        @Nullable SSLContext tls,
        Duration timeout) {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String CONTEXTS = "/contexts/";

    public RegistryAddress {
        bases = List.copyOf(bases);
        if (bases.isEmpty()) {
            throw new IllegalArgumentException("A schema registry has one address at least");
        }
    }

    /**
     * Reads addresses as clients' {@code schema.registry.url} has them: separated by commas, each
     * maybe with {@code user:password@}.
     *
     * @throws IllegalArgumentException with a sentence when they are none
     */
    public static RegistryAddress of(String addresses) {
        List<URI> given =
                Arrays.stream(addresses.split(",", -1))
                        .map(String::strip)
                        .filter(each -> !each.isEmpty())
                        .map(RegistryAddress::address)
                        .toList();
        String authorization = null;
        for (URI each : given) {
            String user = each.getUserInfo();
            if (user != null) {
                authorization = "Basic " + base64(user);
            }
        }
        return new RegistryAddress(
                given.stream().map(RegistryAddress::bare).toList(), authorization, null, TIMEOUT);
    }

    private static URI address(String text) {
        URI address;
        try {
            address = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException(
                    "A schema registry's address is no URL: " + malformed.getMessage(), malformed);
        }
        boolean known = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!known || address.getHost() == null) {
            throw new IllegalArgumentException(
                    "A schema registry's address is http://HOST:PORT or https://HOST:PORT, not %s"
                            .formatted(withoutUserText(text)));
        }
        return address;
    }

    private static String withoutUserText(String text) {
        return text.replaceFirst("//[^/@]*@", "//");
    }

    private static URI bare(URI address) {
        return URI.create(withoutUserText(address.toString()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    public RegistryAddress withBasic(String user, String password) {
        return withAuthorization("Basic " + base64(user + ":" + password));
    }

    public RegistryAddress withBearer(String token) {
        return withAuthorization("Bearer " + token);
    }

    private RegistryAddress withAuthorization(String value) {
        return new RegistryAddress(bases, value, tls, timeout);
    }

    /** The same for somebody else, who is still to be named. */
    public RegistryAddress withoutUser() {
        return new RegistryAddress(bases, null, tls, timeout);
    }

    public RegistryAddress withTls(SSLContext context) {
        return new RegistryAddress(bases, authorization, context, timeout);
    }

    public RegistryAddress withTimeout(Duration changed) {
        return new RegistryAddress(bases, authorization, tls, changed);
    }

    /**
     * The context in which ids count: that of an address which ends in {@code /contexts/CONTEXT},
     * else the default one.
     */
    public String context() {
        String path = bases.getFirst().getPath();
        int at = path.lastIndexOf(CONTEXTS);
        if (at < 0) {
            return ".";
        }
        String named = path.substring(at + CONTEXTS.length()).replace(":", "");
        return named.startsWith(".") ? named : "." + named;
    }

    /** Without what proves who asks. */
    @Override
    public String toString() {
        return bases.toString();
    }
}
