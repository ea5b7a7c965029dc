package naru.http;

/**
 * Who asks, and what the cluster lets it do. Asking may block; the answers may be some seconds old.
 */
public interface Identity {
    /** Where nobody has to say who it is, everybody may do everything. */
    Identity EVERYBODY =
            new Identity() {
                @Override
                public String name() {
                    return "ANONYMOUS";
                }

                @Override
                public boolean may(Right right, String topic) {
                    return true;
                }
            };

    /** What ACLs of Kafka call the operations Read, Write and Alter of a topic. */
    enum Right {
        READ,
        WRITE,
        ALTER
    }

    String name();

    /**
     * @return false also for a topic that is not there
     * @throws Refusal 503 when the cluster cannot be asked now
     */
    boolean may(Right right, String topic);
}
