package naru.log;

/** An offset, the timestamp of its record, and the leader epoch it was written in. */
public record TimestampedOffset(long offset, long timestampMillis, int leaderEpoch) {}
