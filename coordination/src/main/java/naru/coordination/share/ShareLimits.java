package naru.coordination.share;

/** Bounds on what requests can make a shard remember, where Kafka sets none. */
final class ShareLimits {
    /** Characters of a group id. A string of the record formats has 16 bits. */
    static final int ID_LENGTH = 8_000;

    /** State batches of one share partition: as many as records can be in flight, twice. */
    static final int BATCHES_PER_PARTITION = 20_000;

    /** Records that one event writes at a time. */
    static final int RECORDS_PER_EVENT = 100;

    private ShareLimits() {}
}
