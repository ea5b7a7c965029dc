package naru.coordination.group;

import naru.coordination.group.consumer.ConsumerSettings;
import naru.coordination.group.share.ShareGroupSettings;
import naru.coordination.group.streams.StreamsSettings;

import org.apache.kafka.common.config.AbstractConfig;

import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The settings of a shard of groups.
 *
 * @param general of all groups, and of those of the classic protocol
 */
public record ShardSettings(
        GroupSettings general,
        ConsumerSettings consumer,
        ShareGroupSettings share,
        StreamsSettings streams) {

    public static ShardSettings defaults() {
        Map<String, ?> values =
                new AbstractConfig(GroupDefinitions.ofNode(), Map.of(), false).values();
        return of(
                name -> Objects.requireNonNull(values.get(name), name),
                ConsumerSettings.DEFAULT_ATTENTIVE_HEARTBEAT_MILLIS);
    }

    /**
     * @param node gives the value of each setting of {@link GroupDefinitions#ofNode}
     */
    public static ShardSettings of(Function<String, Object> node, int attentiveHeartbeatMillis) {
        return new ShardSettings(
                GroupSettings.of(name -> (Integer) node.apply(name)),
                ConsumerSettings.of(node, attentiveHeartbeatMillis),
                ShareGroupSettings.of(node, attentiveHeartbeatMillis),
                StreamsSettings.of(node, attentiveHeartbeatMillis));
    }
}
