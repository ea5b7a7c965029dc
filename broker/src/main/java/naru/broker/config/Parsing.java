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
            return parsed(setting, setting.name, text);
        } catch (ConfigException unusable) {
            return null;
        }
    }

    /**
     * @throws ConfigException that says what is wrong with the text
     */
    static @Nullable Object valid(ConfigKey setting, String name, String text) {
        Object value = parsed(setting, name, text);
        if (setting.validator != null) {
            setting.validator.ensureValid(name, value);
        }
        return value;
    }

    /** A class is not loaded because somebody names it: but for the default it stays a name. */
    private static @Nullable Object parsed(ConfigKey setting, String name, String text) {
        if (setting.type != ConfigDef.Type.CLASS) {
            return ConfigDef.parseType(name, text, setting.type);
        }
        boolean usual =
                setting.defaultValue instanceof Class<?> kind
                        && kind.getName().equals(text.strip());
        return usual ? setting.defaultValue : text.strip();
    }
}
