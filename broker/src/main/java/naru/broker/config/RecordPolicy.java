package naru.broker.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a topic demands of its records.
 *
 * @param keys whether keys have to be of a schema
 * @param values whether values have to be of a schema
 * @param quarantineTopic where records are put aside; empty: a topic named after this one
 */
public record RecordPolicy(
        Reaction reaction,
        boolean keys,
        boolean values,
        SubjectStrategy strategy,
        String quarantineTopic) {
    /** What a quarantine is called that has no name of its own, after its topic. */
    public static final String QUARANTINE_SUFFIX = ".quarantine";

    static final String PARTS = "naru.schema.validation.parts";
    static final String STRATEGY = "naru.schema.subject.strategy";
    public static final String QUARANTINE_TOPIC = "naru.schema.quarantine.topic";
    static final String CONFLUENT_KEY = "confluent.key.schema.validation";
    static final String CONFLUENT_VALUE = "confluent.value.schema.validation";

    /** What happens to records that are not what they should be. */
    public enum Reaction {
        OFF,
        WARN,
        REJECT,
        QUARANTINE;

        static String[] names() {
            return Arrays.stream(values())
                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                    .toArray(String[]::new);
        }
    }

    /** Under which subject of the registry a record's schema has to be registered. */
    public enum SubjectStrategy {
        /** {@code TOPIC-key} and {@code TOPIC-value}. */
        TOPIC_NAME("TopicNameStrategy"),
        /** The full name of the record's type. */
        RECORD_NAME("RecordNameStrategy"),
        /** {@code TOPIC-NAME}, with that name. */
        TOPIC_RECORD_NAME("TopicRecordNameStrategy");

        private final String text;

        SubjectStrategy(String text) {
            this.text = text;
        }

        static String[] names() {
            return Arrays.stream(values()).map(each -> each.text).toArray(String[]::new);
        }

        private static SubjectStrategy of(@Nullable Object text) {
            return Arrays.stream(values())
                    .filter(each -> each.text.equals(text))
                    .findFirst()
                    .orElse(TOPIC_NAME);
        }
    }

    static ConfigDef define(ConfigDef settings) {
        return settings.define(
                        NaruSettings.VALIDATION,
                        ConfigDef.Type.STRING,
                        "off",
                        NaruSettings.validationValidator(),
                        Importance.MEDIUM,
                        NaruSettings.VALIDATION_DOC)
                .define(
                        PARTS,
                        ConfigDef.Type.LIST,
                        List.of("value"),
                        ConfigDef.ValidList.in(false, "key", "value"),
                        Importance.LOW,
                        "What of a record is checked: value, key, or both.")
                .define(
                        STRATEGY,
                        ConfigDef.Type.STRING,
                        "TopicNameStrategy",
                        ConfigDef.ValidString.in(SubjectStrategy.names()),
                        Importance.LOW,
                        "Under which subject a record's schema has to be registered, named as"
                                + " Confluent's serializers name their strategies.")
                .define(
                        QUARANTINE_TOPIC,
                        ConfigDef.Type.STRING,
                        "",
                        Importance.LOW,
                        "Topic into which naru.schema.validation=quarantine puts records aside;"
                                + " empty: TOPIC"
                                + QUARANTINE_SUFFIX
                                + ", which is made when it is needed.")
                .define(
                        CONFLUENT_KEY,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.LOW,
                        "Confluent's name of naru.schema.validation=reject for keys; holds where"
                                + " naru.schema.validation is off.")
                .define(
                        CONFLUENT_VALUE,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.LOW,
                        "Confluent's name of naru.schema.validation=reject for values; holds where"
                                + " naru.schema.validation is off.");
    }

    /** Of the parsed values of a topic's settings; null: its records may be anything. */
    static @Nullable RecordPolicy of(Map<String, Object> values) {
        Reaction reaction =
                Reaction.valueOf(
                        String.valueOf(values.get(NaruSettings.VALIDATION))
                                .toUpperCase(Locale.ROOT));
        boolean keys = Boolean.TRUE.equals(values.get(CONFLUENT_KEY));
        boolean payloads = Boolean.TRUE.equals(values.get(CONFLUENT_VALUE));
        if (reaction != Reaction.OFF) {
            List<?> parts = values.get(PARTS) instanceof List<?> named ? named : List.of();
            keys = parts.contains("key");
            payloads = parts.contains("value");
        } else if (keys || payloads) {
            reaction = Reaction.REJECT;
        }
        return reaction == Reaction.OFF || !(keys || payloads)
                ? null
                : new RecordPolicy(
                        reaction,
                        keys,
                        payloads,
                        SubjectStrategy.of(values.get(STRATEGY)),
                        String.valueOf(values.get(QUARANTINE_TOPIC)));
    }

    /** The topic into which a topic's records are put aside. */
    public String quarantineOf(String topic) {
        return quarantineTopic.isEmpty() ? topic + QUARANTINE_SUFFIX : quarantineTopic;
    }
}
