package naru.coordination.group.share;

import org.apache.kafka.coordinator.group.GroupConfig;

import java.util.Map;
import java.util.function.Function;

/**
 * The settings of share groups, under Kafka's names.
 *
 * @param maxSize members of a group
 * @param initializeRetryMillis after which the share coordinator is asked again
 * @param attentiveHeartbeatMillis the interval of members while little is asked of the shard; 0 for
 *     always the configured one
 */
public record ShareGroupSettings(
        int maxSize,
        Bounded sessionTimeout,
        Bounded heartbeatInterval,
        long initializeRetryMillis,
        int attentiveHeartbeatMillis) {

    /** A value in milliseconds that a group may set otherwise, within bounds. */
    public record Bounded(int byDefault, int min, int max) {
        int of(Map<String, String> groupConfig, String name) {
            String set = groupConfig.get(name);
            if (set == null) {
                return byDefault;
            }
            try {
                return Math.clamp(Integer.parseInt(set.strip()), min, max);
            } catch (NumberFormatException e) {
                return byDefault;
            }
        }
    }

    /**
     * @param node gives the value of each of Kafka's settings of a group coordinator
     */
    public static ShareGroupSettings of(
            Function<String, Object> node, int attentiveHeartbeatMillis) {
        return new ShareGroupSettings(
                integer(node, "group.share.max.size"),
                bounded(node, "session.timeout.ms"),
                bounded(node, "heartbeat.interval.ms"),
                integer(node, "group.share.initialize.retry.interval.ms"),
                attentiveHeartbeatMillis);
    }

    private static int integer(Function<String, Object> node, String name) {
        return (Integer) node.apply(name);
    }

    private static Bounded bounded(Function<String, Object> node, String name) {
        return new Bounded(
                integer(node, "group.share." + name),
                integer(node, "group.share.min." + name),
                integer(node, "group.share.max." + name));
    }

    int sessionTimeoutMillis(Map<String, String> groupConfig) {
        return sessionTimeout.of(groupConfig, GroupConfig.SHARE_SESSION_TIMEOUT_MS_CONFIG);
    }

    int heartbeatIntervalMillis(Map<String, String> groupConfig) {
        return heartbeatInterval.of(groupConfig, GroupConfig.SHARE_HEARTBEAT_INTERVAL_MS_CONFIG);
    }
}
