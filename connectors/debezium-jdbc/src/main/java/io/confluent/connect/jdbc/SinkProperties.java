package io.confluent.connect.jdbc;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The properties of Confluent's JDBC sink, and what they are for Debezium's. */
final class SinkProperties {
    static final String URL = "connection.url";
    private static final String USER = "connection.user";
    private static final String PASSWORD = "connection.password";
    private static final String CREATE = "auto.create";
    private static final String EVOLVE = "auto.evolve";
    private static final String FIELDS = "fields.whitelist";
    private static final String QUOTE = "quote.sql.identifiers";
    private static final String ALWAYS = "always";
    private static final Pattern USER_IN_URL = Pattern.compile("[?&;]user=([^&;]*)");

    /** By Confluent's name Debezium's; the values mean the same. */
    private static final Map<String, String> NAMES =
            Map.of(
                    USER,
                    "connection.username",
                    "pk.mode",
                    "primary.key.mode",
                    "pk.fields",
                    "primary.key.fields",
                    "table.name.format",
                    "collection.name.format",
                    "max.retries",
                    "flush.max.retries",
                    "retry.backoff.ms",
                    "flush.retry.delay.ms",
                    "db.timezone",
                    "use.time.zone");

    static final ConfigDef DEFINITION = definition();

    private SinkProperties() {}

    private static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        definition
                .define(
                        URL,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        Importance.HIGH,
                        "JDBC URL of the database")
                .define(USER, ConfigDef.Type.STRING, null, Importance.HIGH, "User of the database")
                .define(
                        PASSWORD,
                        ConfigDef.Type.PASSWORD,
                        null,
                        Importance.HIGH,
                        "The user's password")
                .define(
                        "insert.mode",
                        ConfigDef.Type.STRING,
                        "insert",
                        ConfigDef.CaseInsensitiveValidString.in("insert", "upsert", "update"),
                        Importance.HIGH,
                        "How a record becomes a row")
                .define(
                        "pk.mode",
                        ConfigDef.Type.STRING,
                        "none",
                        ConfigDef.CaseInsensitiveValidString.in(
                                "none", "kafka", "record_key", "record_value"),
                        Importance.HIGH,
                        "Where the primary key comes from")
                .define(
                        "pk.fields",
                        ConfigDef.Type.LIST,
                        "",
                        Importance.MEDIUM,
                        "Fields of the key")
                .define(
                        "delete.enabled",
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Whether a record without a value deletes its row")
                .define(
                        "table.name.format",
                        ConfigDef.Type.STRING,
                        "${topic}",
                        Importance.MEDIUM,
                        "Name of the table; ${topic} is the topic's");
        tables(definition);
        return definition;
    }

    private static void tables(ConfigDef definition) {
        definition
                .define(
                        CREATE,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Whether missing tables are made, and missing columns with them")
                .define(
                        EVOLVE,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Whether missing columns are made, and missing tables with them")
                .define(
                        FIELDS,
                        ConfigDef.Type.LIST,
                        "",
                        Importance.MEDIUM,
                        "Only these fields of a record's value; all when it is empty")
                .define(
                        QUOTE,
                        ConfigDef.Type.STRING,
                        ALWAYS,
                        ConfigDef.CaseInsensitiveValidString.in(ALWAYS, "never"),
                        Importance.MEDIUM,
                        "Whether names of tables and columns are quoted in SQL")
                .define(
                        "batch.size",
                        ConfigDef.Type.INT,
                        3_000,
                        ConfigDef.Range.atLeast(1),
                        Importance.MEDIUM,
                        "How many records are written at once, if there are as many")
                .define(
                        "max.retries",
                        ConfigDef.Type.INT,
                        10,
                        ConfigDef.Range.atLeast(0),
                        Importance.MEDIUM,
                        "How often writing is tried again before the task fails")
                .define(
                        "retry.backoff.ms",
                        ConfigDef.Type.LONG,
                        3_000,
                        ConfigDef.Range.atLeast(0),
                        Importance.MEDIUM,
                        "Wait before each further try")
                .define(
                        "db.timezone",
                        ConfigDef.Type.STRING,
                        "UTC",
                        Importance.MEDIUM,
                        "Zone in which times are written");
    }

    static String confluentName(String debezium) {
        return NAMES.entrySet().stream()
                .filter(each -> each.getValue().equals(debezium))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(debezium.equals("schema.evolution") ? CREATE : debezium);
    }

    /** A sentence about Debezium's properties as one about Confluent's. */
    static String confluentNames(String sentence) {
        String told =
                sentence.replace("schema.evolution=none", CREATE + "=false")
                        .replace("schema.evolution=basic", CREATE + "=true");
        for (Map.Entry<String, String> each : NAMES.entrySet()) {
            told = told.replace(each.getValue(), each.getKey());
        }
        return told;
    }

    /** What Debezium's sink is told; what only it knows may be among what was given. */
    static Map<String, String> translated(Map<String, String> given) {
        Map<String, Object> read = DEFINITION.parse(given);
        Map<String, String> told = new LinkedHashMap<>(given);
        told.keySet().removeAll(NAMES.keySet());
        NAMES.forEach((confluent, debezium) -> {
            String value = given.get(confluent);
            if (value != null) {
                told.put(debezium, value);
            }
        });
        told.putIfAbsent("flush.max.retries", String.valueOf(read.get("max.retries")));
        told.putIfAbsent("flush.retry.delay.ms", String.valueOf(read.get("retry.backoff.ms")));
        told.putIfAbsent("batch.size", String.valueOf(read.get("batch.size")));
        told.putIfAbsent("connection.restart.on.errors", "true");
        told.putIfAbsent(PASSWORD, "");
        addUser(String.valueOf(read.get(URL)), told);
        if (Boolean.TRUE.equals(read.get(CREATE)) || Boolean.TRUE.equals(read.get(EVOLVE))) {
            told.putIfAbsent("schema.evolution", "basic");
        }
        told.putIfAbsent(
                "quote.identifiers",
                String.valueOf(ALWAYS.equalsIgnoreCase(String.valueOf(read.get(QUOTE)))));
        addFields(read, told);
        return told;
    }

    /** Debezium wants a user, also where the URL says it or nobody asks. */
    private static void addUser(String url, Map<String, String> told) {
        Matcher user = USER_IN_URL.matcher(url);
        if (user.find()) {
            told.putIfAbsent("connection.username", user.group(1));
        } else if (url.startsWith("jdbc:sqlite:")) {
            told.putIfAbsent("connection.username", "naru");
        }
    }

    private static void addFields(Map<String, Object> read, Map<String, String> told) {
        if (read.get(FIELDS) instanceof List<?> fields && !fields.isEmpty()) {
            told.putIfAbsent(
                    "field.include.list",
                    fields.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
    }
}
