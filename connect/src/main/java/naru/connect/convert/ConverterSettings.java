package naru.connect.convert;

import naru.schema.client.RegistryAddress;

import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Objects;

import javax.net.ssl.SSLContext;

/**
 * What a converter is told, by Confluent's property names.
 *
 * @param autoRegister whether schemas that the registry does not know are registered
 * @param useLatest whether records are written with the subject's latest schema instead of their
 *     own
 * @param useId whether they are written with the schema of this id; 0: not
 * @param normalize whether what has no meaning in a schema may differ
 * @param subjects how subjects are named
 */
record ConverterSettings(
        RegistryAddress registry,
        boolean autoRegister,
        boolean useLatest,
        int useId,
        boolean normalize,
        SubjectNaming subjects,
        boolean isKey) {

    /** How the subject of a schema is named. */
    enum SubjectNaming {
        TOPIC,
        RECORD,
        TOPIC_AND_RECORD;

        static SubjectNaming of(String property, @Nullable Object given) {
            if (given == null || given.toString().isBlank()) {
                return TOPIC;
            }
            String name = given.toString().replaceAll("^(class )?.*\\.", "");
            return switch (name) {
                case "TopicNameStrategy" -> TOPIC;
                case "RecordNameStrategy" -> RECORD;
                case "TopicRecordNameStrategy" -> TOPIC_AND_RECORD;
                default ->
                        throw new ConfigException(
                                property,
                                given,
                                "it can be TopicNameStrategy, RecordNameStrategy or"
                                        + " TopicRecordNameStrategy");
            };
        }

        String subject(String topic, boolean isKey, String record) {
            return switch (this) {
                case TOPIC -> topic + (isKey ? "-key" : "-value");
                case RECORD -> record;
                case TOPIC_AND_RECORD -> topic + "-" + record;
            };
        }
    }

    static ConverterSettings of(Map<String, ?> given, boolean isKey) {
        String strategy = isKey ? "key.subject.name.strategy" : "value.subject.name.strategy";
        return new ConverterSettings(
                registry(given),
                flag(given, "auto.register.schemas", true),
                flag(given, "use.latest.version", false),
                number(given, "use.schema.id"),
                flag(given, "normalize.schemas", false),
                SubjectNaming.of(strategy, given.get(strategy)),
                isKey);
    }

    private static RegistryAddress registry(Map<String, ?> given) {
        String urls = text(given, "schema.registry.url");
        RegistryAddress own = OwnRegistry.address();
        if (urls == null && own == null) {
            throw new ConfigException(
                    "schema.registry.url",
                    null,
                    "say where the registry is, for example"
                            + " value.converter.schema.registry.url=http://127.0.0.1:8081");
        }
        RegistryAddress address;
        try {
            address = urls == null ? Objects.requireNonNull(own) : named(urls, own);
        } catch (IllegalArgumentException malformed) {
            throw new ConfigException("schema.registry.url", urls, malformed.getMessage());
        }
        String source = text(given, "basic.auth.credentials.source");
        String user = text(given, "basic.auth.user.info");
        if (user == null) {
            user = text(given, "schema.registry.basic.auth.user.info");
        }
        if (user != null && (source == null || source.equalsIgnoreCase("USER_INFO"))) {
            int colon = user.indexOf(':');
            if (colon < 1) {
                throw new ConfigException(
                        "basic.auth.user.info", "[hidden]", "write USER:PASSWORD");
            }
            return address.withBasic(user.substring(0, colon), user.substring(colon + 1));
        }
        String token = text(given, "bearer.auth.token");
        return token == null ? address : address.withBearer(token);
    }

    /** Whom this process trusts is trusted by its converters too. */
    private static RegistryAddress named(String urls, @Nullable RegistryAddress own) {
        RegistryAddress address = RegistryAddress.of(urls);
        SSLContext tls = own == null ? null : own.tls();
        return tls == null ? address : address.withTls(tls);
    }

    static @Nullable String text(Map<String, ?> given, String key) {
        Object value = given.get(key);
        return value == null || value.toString().isBlank() ? null : value.toString().strip();
    }

    static boolean flag(Map<String, ?> given, String key, boolean otherwise) {
        String value = text(given, key);
        if (value == null) {
            return otherwise;
        }
        if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            throw new ConfigException(key, value, "it can be true or false");
        }
        return Boolean.parseBoolean(value);
    }

    static int number(Map<String, ?> given, String key) {
        String value = text(given, key);
        try {
            return value == null ? 0 : Integer.parseInt(value);
        } catch (NumberFormatException notNumber) {
            throw new ConfigException(key, value, "it is a whole number");
        }
    }
}
