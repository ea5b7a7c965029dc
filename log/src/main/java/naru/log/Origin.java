package naru.log;

/** Who sends batches: decides what is checked. */
public enum Origin {
    CLIENT,
    /**
     * A client's batch of which records were taken out; it has the offsets and sequence numbers
     * that it had with them.
     */
    FILTERED_CLIENT,
    COORDINATOR;

    public boolean isClient() {
        return this == CLIENT || this == FILTERED_CLIENT;
    }
}
