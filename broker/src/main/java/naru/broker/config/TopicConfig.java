package naru.broker.config;

import naru.log.LogConfig;

import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What holds for one topic, wherever it was set.
 *
 * @param records what the records have to be; null: anything
 * @param values parsed value of every topic setting
 */
public record TopicConfig(
        LogConfig log,
        int minInSyncReplicas,
        @Nullable RecordPolicy records,
        Map<String, Object> values) {

    static TopicConfig of(Map<String, Object> values) {
        return new TopicConfig(
                logConfig(values),
                integer(values, "min.insync.replicas"),
                RecordPolicy.of(values),
                Map.copyOf(values));
    }

    /** The same for a topic of which nothing is checked. */
    TopicConfig ofAnyRecords() {
        return new TopicConfig(log, minInSyncReplicas, null, values);
    }

    /**
     * Whether {@code leader.} or {@code follower.replication.throttled.replicas} names this
     * replica, or all.
     */
    public boolean throttles(String side, int partition, int broker) {
        return values.get(side + ".replication.throttled.replicas") instanceof List<?> named
                && (named.contains("*") || named.contains(partition + ":" + broker));
    }

    private static LogConfig logConfig(Map<String, Object> values) {
        List<?> cleanup = (List<?>) get(values, "cleanup.policy");
        String codec = get(values, "compression.type").toString();
        return new LogConfig(
                segmentBytes(values),
                number(values, "segment.ms"),
                number(values, "segment.jitter.ms"),
                integer(values, "segment.index.bytes"),
                integer(values, "index.interval.bytes"),
                number(values, "retention.bytes"),
                Math.max(-1, number(values, "retention.ms")),
                number(values, "file.delete.delay.ms"),
                integer(values, "max.message.bytes"),
                number(values, "flush.messages"),
                number(values, "flush.ms"),
                cleanup.contains("delete"),
                cleanup.contains("compact"),
                new LogConfig.Compaction(
                        ((Number) get(values, "min.cleanable.dirty.ratio")).doubleValue(),
                        number(values, "min.compaction.lag.ms"),
                        number(values, "max.compaction.lag.ms"),
                        number(values, "delete.retention.ms")),
                get(values, "message.timestamp.type")
                        .equals(TimestampType.LOG_APPEND_TIME.toString()),
                number(values, "message.timestamp.before.max.ms"),
                number(values, "message.timestamp.after.max.ms"),
                codec,
                compressionLevel(values, codec),
                (Boolean) get(values, "preallocate"),
                get(values, NaruSettings.ACK).equals("fsync"));
    }

    private static int segmentBytes(Map<String, Object> values) {
        Object internal = values.get("internal.segment.bytes");
        return internal instanceof Integer bytes ? bytes : integer(values, "segment.bytes");
    }

    private static int compressionLevel(Map<String, Object> values, String codec) {
        return switch (codec) {
            case "gzip", "lz4", "zstd" -> integer(values, "compression." + codec + ".level");
            default -> Integer.MIN_VALUE;
        };
    }

    private static Object get(Map<String, Object> values, String key) {
        return Objects.requireNonNull(values.get(key), key);
    }

    private static int integer(Map<String, Object> values, String key) {
        return ((Number) get(values, key)).intValue();
    }

    private static long number(Map<String, Object> values, String key) {
        return ((Number) get(values, key)).longValue();
    }
}
