package naru.coordination.group.consumer;

import org.apache.kafka.coordinator.group.ConsumerGroupMigrationPolicy;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The settings of consumer groups of the newer protocol, under Kafka's names.
 *
 * @param maxSize members of a group
 * @param classicMaxSize members of a group that becomes a classic one
 * @param assignors by name, the preferred one first
 * @param attentiveHeartbeatMillis the interval of members of a shard with few members, see {@link
 *     HeartbeatPace}; 0 for always the configured one
 */
public record ConsumerSettings(
        int maxSize,
        int classicMaxSize,
        Bounded sessionTimeout,
        Bounded heartbeatInterval,
        Bounded assignmentInterval,
        List<String> assignors,
        ConsumerGroupMigrationPolicy migration,
        int attentiveHeartbeatMillis) {

    public static final int DEFAULT_ATTENTIVE_HEARTBEAT_MILLIS = 100;

    /** A value in milliseconds that a group may set otherwise, within bounds. */
    public record Bounded(int byDefault, int min, int max) {
        public int of(Map<String, String> groupConfig, String name) {
            String set = groupConfig.get(name);
            if (set == null) {
                return byDefault;
            }
            try {
                return Math.clamp(Integer.parseInt(set.trim()), min, max);
            } catch (NumberFormatException e) {
                return byDefault;
            }
        }
    }

    public ConsumerSettings {
        assignors = List.copyOf(assignors);
    }

    /**
     * @param node gives the value of each of Kafka's settings of a group coordinator
     */
    public static ConsumerSettings of(Function<String, Object> node, int attentiveHeartbeatMillis) {
        return new ConsumerSettings(
                integer(node, GroupCoordinatorConfig.CONSUMER_GROUP_MAX_SIZE_CONFIG),
                integer(node, GroupCoordinatorConfig.GROUP_MAX_SIZE_CONFIG),
                bounded(node, "session.timeout.ms"),
                bounded(node, "heartbeat.interval.ms"),
                bounded(node, "assignment.interval.ms"),
                Assignors.names(
                        (List<?>)
                                node.apply(GroupCoordinatorConfig.CONSUMER_GROUP_ASSIGNORS_CONFIG)),
                ConsumerGroupMigrationPolicy.parse(
                        (String)
                                node.apply(
                                        GroupCoordinatorConfig
                                                .CONSUMER_GROUP_MIGRATION_POLICY_CONFIG)),
                attentiveHeartbeatMillis);
    }

    private static int integer(Function<String, Object> node, String name) {
        return (Integer) node.apply(name);
    }

    private static Bounded bounded(Function<String, Object> node, String name) {
        return new Bounded(
                integer(node, "group.consumer." + name),
                integer(node, "group.consumer.min." + name),
                integer(node, "group.consumer.max." + name));
    }

    int sessionTimeoutMillis(Map<String, String> groupConfig) {
        return sessionTimeout.of(groupConfig, GroupConfig.CONSUMER_SESSION_TIMEOUT_MS_CONFIG);
    }

    int heartbeatIntervalMillis(Map<String, String> groupConfig) {
        return heartbeatInterval.of(groupConfig, GroupConfig.CONSUMER_HEARTBEAT_INTERVAL_MS_CONFIG);
    }

    int assignmentIntervalMillis(Map<String, String> groupConfig) {
        return assignmentInterval.of(
                groupConfig, GroupConfig.CONSUMER_ASSIGNMENT_INTERVAL_MS_CONFIG);
    }
}
