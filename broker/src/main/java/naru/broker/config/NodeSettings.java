package naru.broker.config;

import naru.coordination.group.GroupDefinitions;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.server.config.DelegationTokenManagerConfigs;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.log.remote.storage.RemoteLogManagerConfig;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/**
 * Every setting of a node: name, type, default, validator and meaning. Kafka's own, as a broker of
 * Apache Kafka 4.3.1 describes them, and those that begin with {@code naru.}.
 */
public final class NodeSettings {
    static final String LOG_DIR = "log.dir";
    static final String LOG_DIRS = "log.dirs";
    static final String DEFAULT_DATA_FOLDER = "./naru-data";

    private static final ConfigDef DEFINITIONS = merged();

    private NodeSettings() {}

    private static ConfigDef merged() {
        ConfigDef all = new ConfigDef();
        for (ConfigDef part :
                List.of(
                        NaruSettings.definitions(),
                        AuthorizationSettings.definitions(),
                        SocketSettings.definitions(),
                        ReplicationSettings.definitions(),
                        CoordinatorSettings.definitions(),
                        MetadataSettings.definitions(),
                        BrokerSecurityConfigs.CONFIG_DEF,
                        ServerConfigs.CONFIG_DEF,
                        DelegationTokenManagerConfigs.CONFIG_DEF,
                        QuotaConfig.CONFIG_DEF,
                        LogConfig.SERVER_CONFIG_DEF,
                        CleanerConfig.CONFIG_DEF,
                        RemoteLogManagerConfig.configDef(),
                        GroupDefinitions.ofNode())) {
            for (ConfigKey setting : part.configKeys().values()) {
                if (!setting.name.equals(LOG_DIR)) {
                    all.define(setting);
                }
            }
        }
        return all.define(
                LOG_DIR,
                ConfigDef.Type.LIST,
                List.of(DEFAULT_DATA_FOLDER),
                Importance.HIGH,
                "The data folder, when log.dirs is not set.");
    }

    public static ConfigDef definitions() {
        return new ConfigDef(DEFINITIONS);
    }

    static Map<String, ConfigKey> all() {
        return DEFINITIONS.configKeys();
    }

    static @Nullable ConfigKey setting(String name) {
        return DEFINITIONS.configKeys().get(name);
    }

    /** The known name that a person most likely meant, or null when none is near. */
    static @Nullable String nearest(String unknown) {
        return Spelling.nearest(unknown, DEFINITIONS.names());
    }
}
