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
 * @param compaction what holds for the log if it is compacted
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
        Compaction compaction,
        boolean logAppendTime,
        long timestampBeforeMaxMillis,
        long timestampAfterMaxMillis,
        String compressionType,
        int compressionLevel,
        boolean preallocate,
        boolean ackFsync) {

    /**
     * When a log is cleaned and what of it.
     *
     * @param minDirtyRatio part of the log that must be dirty before it is cleaned, 0 to 1
     * @param minLagMillis how long a record is left alone
     * @param maxLagMillis after which a record is cleaned however small the dirty part is
     * @param deleteRetentionMillis how long tombstones and markers stay once they could go
     */
    public record Compaction(
            double minDirtyRatio,
            long minLagMillis,
            long maxLagMillis,
            long deleteRetentionMillis) {
        /** Kafka's defaults. */
        public static final Compaction DEFAULTS =
                new Compaction(0.5, 0, Long.MAX_VALUE, 24L * 3600 * 1000);
    }

    /** When a segment is rolled for its age: in time for {@code max.compaction.lag.ms} too. */
    public long rollMillis() {
        return compactEnabled && compaction.maxLagMillis > 0
                ? Math.min(compaction.maxLagMillis, segmentMillis)
                : segmentMillis;
    }

    /** The same, but nothing of the log may go, neither by retention nor by compaction. */
    public LogConfig keepingAll() {
        return new LogConfig(
                segmentBytes,
                segmentMillis,
                segmentJitterMillis,
                segmentIndexBytes,
                indexIntervalBytes,
                retentionBytes,
                retentionMillis,
                fileDeleteDelayMillis,
                maxMessageBytes,
                flushMessages,
                flushMillis,
                false,
                false,
                compaction,
                logAppendTime,
                timestampBeforeMaxMillis,
                timestampAfterMaxMillis,
                compressionType,
                compressionLevel,
                preallocate,
                ackFsync);
    }

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
                    Compaction.DEFAULTS,
                    false,
                    Long.MAX_VALUE,
                    3_600_000,
                    "producer",
                    Integer.MIN_VALUE,
                    false,
                    false);
}
