package naru.http;

import java.util.Map;

/**
 * Who asks, and what the cluster lets it do. Asking may block; the answers may be some seconds old.
 */
public interface Identity {
    /**
     * Where nobody has to say who it is, everybody may do everything.
     *
     * @param clientProperties of {@link #clientProperties}
     */
    static Identity everybody(Map<String, Object> clientProperties) {
        return new Identity() {
            @Override
            public String name() {
                return "ANONYMOUS";
            }

            @Override
            public String key() {
                return "";
            }

            @Override
            public Map<String, Object> clientProperties() {
                return clientProperties;
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
    }

    /** What ACLs of Kafka call the operations Read, Write and Alter of a topic. */
    enum Right {
        READ,
        WRITE,
        ALTER
    }

    String name();

    /** The same whenever the same is shown as proof, of which it tells nothing. */
    String key();

    /**
     * How a client of the cluster acts in this user's name; empty: as the service's own clients.
     */
    Map<String, Object> clientProperties();

    /**
     * @return of a topic that is not there: whether it may make it
     * @throws Refusal 503 when the cluster cannot be asked now
     */
    boolean may(Right right, String topic);

    /** Whether nothing has to be asked about it, as where nobody has to say who it is. */
    default boolean mayEverything() {
        return false;
    }
}
