package naru.coordination.group.streams;

import naru.coordination.group.consumer.ConsumerSettings.Bounded;

import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

import java.util.Map;
import java.util.function.Function;

/**
 * The settings of streams groups, under Kafka's names.
 *
 * @param maxSize members of a group
 * @param standbyReplicas copies of the state of each task
 * @param initialDelay how long a group that was empty waits for more members
 * @param attentiveHeartbeatMillis the interval of members of a shard with few members; 0 for always
 *     the configured one
 */
public record StreamsSettings(
        int maxSize,
        Bounded sessionTimeout,
        Bounded heartbeatInterval,
        Bounded assignmentInterval,
        Bounded standbyReplicas,
        Bounded initialDelay,
        int attentiveHeartbeatMillis) {

    /**
     * @param node gives the value of each of Kafka's settings of a group coordinator
     */
    public static StreamsSettings of(Function<String, Object> node, int attentiveHeartbeatMillis) {
        return new StreamsSettings(
                integer(node, GroupCoordinatorConfig.STREAMS_GROUP_MAX_SIZE_CONFIG),
                bounded(node, "session.timeout.ms"),
                bounded(node, "heartbeat.interval.ms"),
                bounded(node, "assignment.interval.ms"),
                new Bounded(
                        integer(
                                node,
                                GroupCoordinatorConfig.STREAMS_GROUP_NUM_STANDBY_REPLICAS_CONFIG),
                        0,
                        integer(
                                node,
                                GroupCoordinatorConfig.STREAMS_GROUP_MAX_STANDBY_REPLICAS_CONFIG)),
                new Bounded(
                        integer(
                                node,
                                GroupCoordinatorConfig
                                        .STREAMS_GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG),
                        0,
                        Integer.MAX_VALUE),
                attentiveHeartbeatMillis);
    }

    private static int integer(Function<String, Object> node, String name) {
        return (Integer) node.apply(name);
    }

    private static Bounded bounded(Function<String, Object> node, String name) {
        return new Bounded(
                integer(node, "group.streams." + name),
                integer(node, "group.streams.min." + name),
                integer(node, "group.streams.max." + name));
    }

    int sessionTimeoutMillis(Map<String, String> groupConfig) {
        return sessionTimeout.of(groupConfig, GroupConfig.STREAMS_SESSION_TIMEOUT_MS_CONFIG);
    }

    int heartbeatIntervalMillis(Map<String, String> groupConfig) {
        return heartbeatInterval.of(groupConfig, GroupConfig.STREAMS_HEARTBEAT_INTERVAL_MS_CONFIG);
    }

    int assignmentIntervalMillis(Map<String, String> groupConfig) {
        return assignmentInterval.of(
                groupConfig, GroupConfig.STREAMS_ASSIGNMENT_INTERVAL_MS_CONFIG);
    }

    int initialDelayMillis(Map<String, String> groupConfig) {
        return initialDelay.of(groupConfig, GroupConfig.STREAMS_INITIAL_REBALANCE_DELAY_MS_CONFIG);
    }

    /** What the assignor is told, by Kafka's names. */
    Map<String, String> assignmentConfig(Map<String, String> groupConfig) {
        int standbys =
                standbyReplicas.of(groupConfig, GroupConfig.STREAMS_NUM_STANDBY_REPLICAS_CONFIG);
        return Map.of("num.standby.replicas", Integer.toString(standbys));
    }
}
