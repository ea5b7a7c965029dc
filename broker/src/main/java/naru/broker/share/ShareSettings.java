package naru.broker.share;

import naru.broker.config.NodeConfig;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What holds for a share group: its own settings, over those of the node. Threads: any; nothing is
 * kept.
 */
public final class ShareSettings {
    static final String DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";
    static final String COPY_RECORD = "errors.deadletterqueue.copy.record.enable";
    private static final String BY_DURATION = "by_duration:";

    private final Supplier<NodeConfig> node;
    private final Supplier<ClusterImage> image;

    public ShareSettings(Supplier<NodeConfig> node, Supplier<ClusterImage> image) {
        this.node = node;
        this.image = image;
    }

    ShareRules rules(String groupId) {
        Map<String, String> own = own(groupId);
        return new ShareRules(
                integer(
                        own,
                        "share.record.lock.duration.ms",
                        "group.share.record.lock.duration.ms"),
                integer(own, "share.delivery.count.limit", "group.share.delivery.count.limit"),
                integer(
                        own,
                        "share.partition.max.record.locks",
                        "group.share.partition.max.record.locks"),
                !"false".equals(own.get("share.renew.acknowledge.enable")),
                !own.getOrDefault(DEAD_LETTER_TOPIC, "").isBlank(),
                "read_committed".equals(own.get("share.isolation.level")));
    }

    /** Where a group begins that has not read a partition before. */
    sealed interface Beginning {
        record Earliest() implements Beginning {}

        record Latest() implements Beginning {}

        record Ago(Duration duration) implements Beginning {}
    }

    Beginning beginning(String groupId) {
        String text = own(groupId).getOrDefault("share.auto.offset.reset", "latest");
        if (text.equals("earliest")) {
            return new Beginning.Earliest();
        }
        if (text.startsWith(BY_DURATION)) {
            try {
                return new Beginning.Ago(Duration.parse(text.substring(BY_DURATION.length())));
            } catch (DateTimeParseException e) {
                return new Beginning.Latest();
            }
        }
        return new Beginning.Latest();
    }

    /** The group's dead-letter topic, or null. */
    @Nullable String deadLetterTopic(String groupId) {
        String name = own(groupId).getOrDefault(DEAD_LETTER_TOPIC, "").strip();
        return name.isEmpty() ? null : name;
    }

    /** Whether dead letters carry the record's key, value and headers. */
    boolean copiesRecord(String groupId) {
        return "true".equals(own(groupId).get(COPY_RECORD));
    }

    int lockMillis(String groupId) {
        return rules(groupId).lockMillis();
    }

    private Map<String, String> own(String groupId) {
        return image.get().config(new ConfigResource(ConfigResource.Type.GROUP, groupId));
    }

    private int integer(Map<String, String> own, String key, String ofNode) {
        String text = own.get(key);
        if (text != null) {
            try {
                return Integer.parseInt(text.strip());
            } catch (NumberFormatException e) {
                return node.get().integer(ofNode);
            }
        }
        return node.get().integer(ofNode);
    }
}
