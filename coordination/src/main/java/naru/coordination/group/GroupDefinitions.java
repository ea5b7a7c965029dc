package naru.coordination.group;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

import java.util.Map;

/** The settings of groups as Kafka defines them: those of a node, and those of a single group. */
public final class GroupDefinitions {
    private GroupDefinitions() {}

    public static ConfigDef ofNode() {
        ConfigDef all = new ConfigDef(GroupCoordinatorConfig.CONFIG_DEF);
        ShareGroupConfig.CONFIG_DEF.configKeys().values().forEach(all::define);
        return all;
    }

    public static ConfigDef ofGroup() {
        return new ConfigDef(GroupConfig.CONFIG_DEF);
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
        GroupConfig.validate(wanted, new GroupCoordinatorConfig(node), new ShareGroupConfig(node));
    }
}
