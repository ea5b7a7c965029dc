package naru.coordination.group;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

import java.util.HashMap;
import java.util.Map;

/** The settings of groups as Kafka defines them: those of a node, and those of a single group. */
public final class GroupDefinitions {
    private static final String DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";
    private static final String COPY_DEAD_LETTERS = "errors.deadletterqueue.copy.record.enable";
    private static final String DEAD_LETTER_PREFIX = "errors.deadletterqueue.topic.name.prefix";

    private GroupDefinitions() {}

    public static ConfigDef ofNode() {
        ConfigDef all = new ConfigDef(GroupCoordinatorConfig.CONFIG_DEF);
        ShareGroupConfig.CONFIG_DEF.configKeys().values().forEach(all::define);
        return all;
    }

    public static ConfigDef ofGroup() {
        return new ConfigDef(GroupConfig.CONFIG_DEF)
                .define(
                        DEAD_LETTER_TOPIC,
                        ConfigDef.Type.STRING,
                        "",
                        ConfigDef.Importance.MEDIUM,
                        "Topic for records that the share group gives up; empty for none"
                                + " (KIP-1191).")
                .define(
                        COPY_DEAD_LETTERS,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        ConfigDef.Importance.MEDIUM,
                        "Whether dead letters carry the record's key, value and headers"
                                + " (KIP-1191).");
    }

    /** The node's setting that is the default of this setting of a group; often the same name. */
    public static String defaultOf(String groupSetting) {
        return GroupConfig.brokerSynonym(groupSetting).orElse(groupSetting);
    }

    /**
     * Checks the settings that a group would have against each other and against the node's.
     *
     * @param node holds at least the settings of {@link #ofNode()}
     * @throws org.apache.kafka.common.KafkaException with a sentence that says what is wrong
     */
    public static void validate(Map<String, String> wanted, AbstractConfig node) {
        Map<String, String> known = new HashMap<>(wanted);
        known.remove(COPY_DEAD_LETTERS);
        String topic = known.remove(DEAD_LETTER_TOPIC);
        String prefix = String.valueOf(node.originals().get(DEAD_LETTER_PREFIX));
        if (topic != null && !topic.isBlank() && !topic.strip().startsWith(prefix)) {
            throw new ConfigException(
                    DEAD_LETTER_TOPIC,
                    topic,
                    "the name must begin with \"" + prefix + "\" (" + DEAD_LETTER_PREFIX + ")");
        }
        GroupConfig.validate(known, new GroupCoordinatorConfig(node), new ShareGroupConfig(node));
    }
}
