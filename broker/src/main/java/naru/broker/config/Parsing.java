package naru.broker.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Text of settings as values of their types. */
final class Parsing {
    private Parsing() {}

    /** The value, or null when the text is none of the setting's type. */
    static @Nullable Object valueOrNull(ConfigKey setting, String text) {
        try {
            return ConfigDef.parseType(setting.name, text, setting.type);
        } catch (ConfigException unusable) {
            return null;
        }
    }

    /**
     * @throws ConfigException that says what is wrong with the text
     */
    static @Nullable Object valid(ConfigKey setting, String name, String text) {
        Object value = ConfigDef.parseType(name, text, setting.type);
        if (setting.validator != null) {
            setting.validator.ensureValid(name, value);
        }
        return value;
    }
}
