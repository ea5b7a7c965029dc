package naru.connectors.http;

import naru.connectors.Checks;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** What the HTTP sink is told. */
final class HttpSinkConfig {
    static final String METHOD = "method";
    static final String BATCH = "batch.max.records";
    static final String IN_FLIGHT = "max.in.flight";
    static final String RETRY_FOR = "retry.max.ms";
    static final String NULL_VALUES = "null.values";
    static final String CONTENT_TYPE = "content.type";

    static final ConfigDef DEFINITION = definition();

    private final HttpSettings settings;

    HttpSinkConfig(Map<String, String> given) {
        this.settings = new HttpSettings(DEFINITION.parse(given));
    }

    private static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        HttpSettings.define(definition);
        return definition
                .define(
                        METHOD,
                        ConfigDef.Type.STRING,
                        "POST",
                        Checks.oneOf("post", "put", "patch"),
                        Importance.HIGH,
                        "POST, PUT or PATCH")
                .define(
                        BATCH,
                        ConfigDef.Type.INT,
                        1,
                        Checks.between(1, 10_000),
                        Importance.MEDIUM,
                        "1 sends each record by itself; more sends JSON arrays of up to so many")
                .define(
                        IN_FLIGHT,
                        ConfigDef.Type.INT,
                        4,
                        Checks.between(1, 1_000),
                        Importance.LOW,
                        "Requests at once; a partition never has more than one")
                .define(
                        RETRY_FOR,
                        ConfigDef.Type.LONG,
                        120_000,
                        Checks.atLeast(0),
                        Importance.MEDIUM,
                        "How long a request is repeated before Connect hands its records out anew")
                .define(
                        NULL_VALUES,
                        ConfigDef.Type.STRING,
                        "ignore",
                        Checks.oneOf("ignore", "delete", "fail"),
                        Importance.MEDIUM,
                        "What a record without a value does; delete sends DELETE")
                .define(
                        CONTENT_TYPE,
                        ConfigDef.Type.STRING,
                        "application/json",
                        Importance.LOW,
                        "What the body is said to be");
    }

    HttpSettings settings() {
        return settings;
    }

    String url() {
        return settings.text(HttpSettings.URL);
    }

    String method() {
        return settings.text(METHOD).toUpperCase(Locale.ROOT);
    }

    int batch() {
        return settings.number(BATCH);
    }

    int inFlight() {
        return settings.number(IN_FLIGHT);
    }

    Duration retryFor() {
        return settings.millis(RETRY_FOR);
    }

    String nullValues() {
        return settings.text(NULL_VALUES).toLowerCase(Locale.ROOT);
    }

    String contentType() {
        return settings.text(CONTENT_TYPE);
    }
}
