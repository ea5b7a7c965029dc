package naru.broker.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every setting of a topic, and the settings of a node that are its default. */
public final class TopicSettings {
    private static final String DEAD_LETTERS = "errors.deadletterqueue.group.enable";

    /** Settings that Kafka 4.3.1 does not have. */
    static final Set<String> NOT_IN_KAFKA =
            Set.of(
                    NaruSettings.ACK,
                    DEAD_LETTERS,
                    NaruSettings.VALIDATION,
                    RecordPolicy.PARTS,
                    RecordPolicy.STRATEGY,
                    RecordPolicy.QUARANTINE_TOPIC,
                    RecordPolicy.CONFLUENT_KEY,
                    RecordPolicy.CONFLUENT_VALUE);

    private static final ConfigDef DEFINITIONS =
            RecordPolicy.define(new ConfigDef(LogConfig.configDefCopy()))
                    .define(
                            NaruSettings.ACK,
                            ConfigDef.Type.STRING,
                            "page-cache",
                            NaruSettings.ackValidator(),
                            Importance.MEDIUM,
                            NaruSettings.ACK_DOC)
                    .define(
                            DEAD_LETTERS,
                            ConfigDef.Type.BOOLEAN,
                            false,
                            Importance.MEDIUM,
                            "Whether groups may use the topic for dead letters (KIP-1191).");

    private static final Map<String, List<ConfigSynonym>> SYNONYMS = allSynonyms();

    private TopicSettings() {}

    private static Map<String, List<ConfigSynonym>> allSynonyms() {
        Map<String, List<ConfigSynonym>> synonyms =
                new HashMap<>(ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS);
        for (String key : List.of(NaruSettings.ACK, NaruSettings.VALIDATION)) {
            synonyms.put(key, List.of(new ConfigSynonym(key)));
        }
        return Map.copyOf(synonyms);
    }

    public static ConfigDef definitions() {
        return new ConfigDef(DEFINITIONS);
    }

    static Map<String, ConfigKey> all() {
        return DEFINITIONS.configKeys();
    }

    /** By topic setting: settings of a node that hold when the topic has none, the first first. */
    public static Map<String, List<ConfigSynonym>> synonyms() {
        return SYNONYMS;
    }

    static List<ConfigSynonym> synonyms(String key) {
        return SYNONYMS.getOrDefault(key, List.of());
    }
}
