package naru.http;

import java.net.InetAddress;
import java.util.Map;

/** Says whether a client is who it says it is. Any thread may ask; asking may block. */
@FunctionalInterface
public interface Login {
    /** Everybody is let in, nobody is asked. */
    Login OPEN = everybody(Map.of());

    /**
     * @param clientProperties by which clients reach the cluster that do not say who they are
     */
    static Login everybody(Map<String, Object> clientProperties) {
        Identity everybody = Identity.everybody(clientProperties);
        return (credentials, from) -> everybody;
    }

    /**
     * @param from where the client is
     * @throws Refusal 401 when the credentials are missing or wrong, 429 when there were too many
     *     wrong ones from there, 503 when they cannot be proved now
     */
    Identity prove(Credentials credentials, InetAddress from);
}
