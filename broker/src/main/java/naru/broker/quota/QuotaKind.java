package naru.broker.quota;

/** What a quota of users and clients limits. */
public enum QuotaKind {
    PRODUCE("producer_byte_rate"),
    FETCH("consumer_byte_rate"),
    REQUEST_TIME("request_percentage"),
    CONTROLLER_MUTATION("controller_mutation_rate");

    private final String key;

    QuotaKind(String key) {
        this.key = key;
    }

    /** Kafka's name of the quota. */
    public String key() {
        return key;
    }
}
