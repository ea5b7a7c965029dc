package naru.coordination.group.modern;

/** Where a group of a newer protocol stands. */
public enum ModernState {
    /** No members. */
    EMPTY("Empty"),
    /** The target is of an older epoch than the group. */
    ASSIGNING("Assigning"),
    /** Members are on their way to the target. */
    RECONCILING("Reconciling"),
    /** All members have what they shall have. */
    STABLE("Stable"),
    /** A streams group whose topics are not all there. */
    NOT_READY("NotReady"),
    /** What clients are told of a group that does not exist. */
    DEAD("Dead");

    private final String label;

    ModernState(String label) {
        this.label = label;
    }

    /** The name in Kafka's protocol. */
    public String label() {
        return label;
    }
}
