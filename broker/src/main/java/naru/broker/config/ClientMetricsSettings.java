package naru.broker.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Settings of a client metrics subscription (KIP-714). */
final class ClientMetricsSettings {
    private static final String INTERVAL = "interval.ms";
    private static final String MATCH = "match";
    private static final int MIN_INTERVAL_MILLIS = 100;
    private static final int MAX_INTERVAL_MILLIS = 3_600_000;
    private static final Set<String> SELECTORS =
            Set.of(
                    "client_id",
                    "client_instance_id",
                    "client_software_name",
                    "client_software_version",
                    "client_source_address",
                    "client_source_port");

    private static final ConfigDef DEFINITIONS =
            new ConfigDef()
                    .define(
                            "metrics",
                            ConfigDef.Type.LIST,
                            List.of(),
                            Importance.MEDIUM,
                            "Prefixes of the names of metrics to push; * is all.")
                    .define(
                            INTERVAL,
                            ConfigDef.Type.INT,
                            300_000,
                            Importance.MEDIUM,
                            "How often a client pushes its metrics.")
                    .define(
                            MATCH,
                            ConfigDef.Type.LIST,
                            List.of(),
                            Importance.MEDIUM,
                            "Which clients push: SELECTOR=REGULAR EXPRESSION, all of which match.");

    private ClientMetricsSettings() {}

    static ConfigDef definitions() {
        return new ConfigDef(DEFINITIONS);
    }

    static void validate(Map<String, String> wanted) {
        for (String key : wanted.keySet()) {
            if (!DEFINITIONS.names().contains(key)) {
                throw new InvalidRequestException("Unknown client metrics configuration: " + key);
            }
        }
        Map<String, Object> values;
        try {
            values = DEFINITIONS.parse(wanted);
        } catch (ConfigException invalid) {
            throw new InvalidConfigurationException(invalid.getMessage());
        }
        if (values.get(INTERVAL) instanceof Integer interval
                && (interval < MIN_INTERVAL_MILLIS || interval > MAX_INTERVAL_MILLIS)) {
            throw new InvalidRequestException(
                    "Invalid value "
                            + interval
                            + " for interval.ms, interval must be between 100 and 3600000"
                            + " (1 hour)");
        }
        if (values.get(MATCH) instanceof List<?> patterns) {
            patterns.forEach(pattern -> validatePattern(pattern.toString()));
        }
    }

    private static void validatePattern(String pattern) {
        int equals = pattern.indexOf('=');
        boolean legal = equals > 0 && SELECTORS.contains(pattern.substring(0, equals).strip());
        if (legal) {
            try {
                Pattern.compile(pattern.substring(equals + 1).strip());
            } catch (PatternSyntaxException malformed) {
                legal = false;
            }
        }
        if (!legal) {
            throw new InvalidConfigurationException("Illegal client matching pattern: " + pattern);
        }
    }
}
