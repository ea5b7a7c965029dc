package naru.coordination.group;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * The settings of group coordination, under Kafka's names and with Kafka's defaults.
 *
 * @param initialRebalanceDelayMillis how long an empty group waits for more members
 * @param maxSize members of one group
 * @param offsetMetadataMaxSize characters of the metadata of one committed offset
 * @param offsetsRetentionMillis KIP-211
 */
public record GroupSettings(
        int minSessionTimeoutMillis,
        int maxSessionTimeoutMillis,
        int initialRebalanceDelayMillis,
        int maxSize,
        int offsetMetadataMaxSize,
        long offsetsRetentionMillis) {

    public static ConfigDef definitions() {
        return new ConfigDef(GroupCoordinatorConfig.CONFIG_DEF);
    }

    public static GroupSettings defaults() {
        return of(new AbstractConfig(definitions(), Map.of(), false)::getInt);
    }

    /**
     * @param setting gives the value of a setting of {@link #definitions()}
     */
    public static GroupSettings of(ToIntFunction<String> setting) {
        return new GroupSettings(
                setting.applyAsInt(GroupCoordinatorConfig.GROUP_MIN_SESSION_TIMEOUT_MS_CONFIG),
                setting.applyAsInt(GroupCoordinatorConfig.GROUP_MAX_SESSION_TIMEOUT_MS_CONFIG),
                setting.applyAsInt(GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG),
                setting.applyAsInt(GroupCoordinatorConfig.GROUP_MAX_SIZE_CONFIG),
                setting.applyAsInt(GroupCoordinatorConfig.OFFSET_METADATA_MAX_SIZE_CONFIG),
                TimeUnit.MINUTES.toMillis(
                        setting.applyAsInt(
                                GroupCoordinatorConfig.OFFSETS_RETENTION_MINUTES_CONFIG)));
    }

    /** Members and pending joins of one group, bounded also when the setting is not. */
    int memberLimit() {
        return Math.min(maxSize, GroupLimits.MEMBERS_PER_GROUP);
    }
}
