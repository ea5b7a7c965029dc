package naru.testkit.cluster;

/** What two parties of a cluster say to each other on a network of its own. */
public enum Way {
    /** Between brokers: replication, markers, share state. */
    DATA,

    /** Between controllers, and from brokers to controllers. */
    QUORUM
}
