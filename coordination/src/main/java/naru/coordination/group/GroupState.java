package naru.coordination.group;

/**
 * Where a group stands.
 *
 * <pre>
 *   EMPTY --join--> PREPARING_REBALANCE --all joined--> COMPLETING_REBALANCE --leader synced--> STABLE
 *     ^                 |      ^                              |                                   |
 *     +--nobody joined--+      +---- join, leave, time-out ---+-----------------------------------+
 * </pre>
 */
enum GroupState {
    EMPTY("Empty"),
    PREPARING_REBALANCE("PreparingRebalance"),
    COMPLETING_REBALANCE("CompletingRebalance"),
    STABLE("Stable");

    /** What clients are told of a group that does not exist. */
    static final String DEAD = "Dead";

    private final String label;

    GroupState(String label) {
        this.label = label;
    }

    /** The name in Kafka's protocol. */
    String label() {
        return label;
    }
}
