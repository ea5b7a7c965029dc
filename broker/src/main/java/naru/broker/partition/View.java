package naru.broker.partition;

/** How far into a log somebody may see. */
public enum View {
    /** To the high watermark: {@code read_uncommitted}. */
    REPLICATED,
    /** To the last stable offset: {@code read_committed}. */
    COMMITTED,
    /** To the log end offset: a follower. */
    LOG_END
}
