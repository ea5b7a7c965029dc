package naru.log;

/**
 * What one partition's log has to be told, in the units of Kafka's topic configuration of the same
 * names (https://kafka.apache.org/documentation/#topicconfigs). Immutable; a change of
 * configuration is a new value.
 *
 * @param retentionMillis -1 keeps records whatever their age
 * @param retentionBytes -1 keeps records whatever the log's size
 * @param deleteEnabled whether {@code cleanup.policy} contains {@code delete}
 * @param compactEnabled whether {@code cleanup.policy} contains {@code compact}
 * @param logAppendTime whether {@code message.timestamp.type} is {@code LogAppendTime}
 * @param compressionType {@code producer} stores batches as they come, else the codec to store
 * @param compressionLevel level for the codec, or {@link Integer#MIN_VALUE} for the codec's default
 * @param ackFsync whether {@code naru.ack} is {@code fsync}: a record counts as replicated here
 *     only once an fdatasync has returned
 */
public record LogConfig(
        int segmentBytes,
        long segmentMillis,
        long segmentJitterMillis,
        int segmentIndexBytes,
        int indexIntervalBytes,
        long retentionBytes,
        long retentionMillis,
        long fileDeleteDelayMillis,
        int maxMessageBytes,
        long flushMessages,
        long flushMillis,
        boolean deleteEnabled,
        boolean compactEnabled,
        boolean logAppendTime,
        long timestampBeforeMaxMillis,
        long timestampAfterMaxMillis,
        String compressionType,
        int compressionLevel,
        boolean preallocate,
        boolean ackFsync) {

    /** Kafka's defaults. */
    public static final LogConfig DEFAULTS =
            new LogConfig(
                    1 << 30,
                    7L * 24 * 3600 * 1000,
                    0,
                    10 << 20,
                    4096,
                    -1,
                    7L * 24 * 3600 * 1000,
                    60_000,
                    1_048_588,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    true,
                    false,
                    false,
                    Long.MAX_VALUE,
                    3_600_000,
                    "producer",
                    Integer.MIN_VALUE,
                    false,
                    false);
}
