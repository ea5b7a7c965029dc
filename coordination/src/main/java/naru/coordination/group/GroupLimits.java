package naru.coordination.group;

/** Bounds on what clients can make a shard remember, where Kafka's settings give none. */
final class GroupLimits {
    /** Characters of a group, member or instance id. A string of the record formats has 16 bits. */
    static final int ID_LENGTH = 8_000;

    /** Protocols that a member may name. */
    static final int PROTOCOLS_PER_MEMBER = 100;

    /** Bytes of protocol names and metadata that a member may bring. */
    static final int PROTOCOL_BYTES_PER_MEMBER = 4 << 20;

    /** Members and pending joins of a group, when {@code group.max.size} allows more. */
    static final int MEMBERS_PER_GROUP = 20_000;

    /** Member ids given out in a shard and not yet used to join (KIP-394). */
    static final int PENDING_JOINS_PER_SHARD = 50_000;

    /** How long a new member's join may wait; then it is asked to try again. As in Kafka. */
    static final int NEW_MEMBER_JOIN_TIMEOUT_MILLIS = 5 * 60 * 1000;

    /** When to write again that a group is empty, if that could not be written. */
    static final int EMPTIED_RETRY_MILLIS = 1_000;

    private GroupLimits() {}

    static boolean isTooLong(String id) {
        return id.length() > ID_LENGTH;
    }
}
