package naru.rest.record;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/** Which subject a topic's keys or values have; the names are those of v3. */
public enum NamingStrategy {
    TOPIC_NAME,
    RECORD_NAME,
    TOPIC_RECORD_NAME;

    public static Optional<NamingStrategy> named(String name) {
        for (NamingStrategy each : values()) {
            if (each.name().equals(name)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /**
     * @param recordName of the schema; null: it is not known yet
     * @return empty when the schema has to be known first
     */
    Optional<String> subject(String topic, boolean key, @Nullable String recordName) {
        return switch (this) {
            case TOPIC_NAME -> Optional.of(topic + (key ? "-key" : "-value"));
            case RECORD_NAME -> Optional.ofNullable(recordName);
            case TOPIC_RECORD_NAME -> Optional.ofNullable(recordName).map(n -> topic + "-" + n);
        };
    }
}
