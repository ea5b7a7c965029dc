package naru.coordination.group.modern;

/** Bounds on what clients can make a newer group remember, where Kafka's settings give none. */
public final class Bounds {
    /** Characters of an id. A string of the record formats has 16 bits. */
    public static final int ID_LENGTH = 8_000;

    /** Members of a group, when its setting allows more. */
    public static final int MEMBERS_PER_GROUP = 20_000;

    /** Topics that a member may name. */
    public static final int TOPICS_PER_MEMBER = 10_000;

    private Bounds() {}

    public static boolean isTooLong(String id) {
        return id.length() > ID_LENGTH;
    }
}
