package naru.connectors.sink;

import io.debezium.config.Configuration;
import io.debezium.config.Field;
import io.debezium.connector.jdbc.JdbcSinkConnectorConfig;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigValue;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is wrong with a sink's properties: each alone, together, and with the database. */
final class SinkValidation {
    private static final String URL = JdbcSinkConnectorConfig.CONNECTION_URL;
    private static final String USER = JdbcSinkConnectorConfig.CONNECTION_USER;
    private static final String PASSWORD = JdbcSinkConnectorConfig.CONNECTION_PASSWORD;
    private static final String INSERT_MODE = JdbcSinkConnectorConfig.INSERT_MODE;
    private static final String KEY_MODE = "primary.key.mode";
    private static final String DELETES = "delete.enabled";
    private static final String EVOLUTION = JdbcSinkConnectorConfig.SCHEMA_EVOLUTION;
    private static final String FORMAT = "collection.name.format";
    private static final String OLD_FORMAT = "table.name.format";
    private static final String TOPIC = "${topic}";
    private static final int TABLES_LOOKED_AT = 50;

    private final Config config;
    private final Map<String, String> given;

    SinkValidation(Config config, Map<String, String> given) {
        this.config = config;
        this.given = given;
    }

    void check(Field.Set fields) {
        for (ConfigValue value : Configuration.from(given).validate(fields).values()) {
            value.errorMessages().forEach(error -> add(value.name(), error));
        }
        if (right()) {
            checkModes();
        }
        if (right()) {
            checkDatabase();
        }
    }

    private boolean right() {
        return config.configValues().stream().allMatch(value -> value.errorMessages().isEmpty());
    }

    private void add(String property, String sentence) {
        config.configValues().stream()
                .filter(value -> value.name().equals(property))
                .filter(value -> !value.errorMessages().contains(sentence))
                .forEach(value -> value.addErrorMessage(sentence));
    }

    private String text(String property, String otherwise) {
        String value = given.get(property);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private void checkModes() {
        String insert = text(INSERT_MODE, "insert").toLowerCase(Locale.ROOT);
        String key = text(KEY_MODE, "none").toLowerCase(Locale.ROOT);
        if (!insert.equals("insert") && key.equals("none")) {
            add(
                    KEY_MODE,
                    "%s=%s has to know which row a record is: set %s=record_key, or record_value with primary.key.fields"
                            .formatted(INSERT_MODE, insert, KEY_MODE));
        }
        if (Boolean.parseBoolean(text(DELETES, "false")) && !key.equals("record_key")) {
            add(
                    DELETES,
                    "a deletion has nothing but its key, so it needs %s=record_key"
                            .formatted(KEY_MODE));
        }
    }

    private void checkDatabase() {
        String url = text(URL, "");
        try (Connection connection = Databases.open(url, given.get(USER), given.get(PASSWORD))) {
            if (text(EVOLUTION, "none").equalsIgnoreCase("none")) {
                checkTables(connection.getMetaData());
            }
        } catch (SQLException refused) {
            boolean login = String.valueOf(refused.getSQLState()).startsWith("28");
            add(
                    login ? USER : URL,
                    "the database at %s refuses or cannot be reached: %s"
                            .formatted(Databases.shown(url), refused.getMessage()));
        }
    }

    /** Nothing makes a table that is missing, and the first record would fail. */
    private void checkTables(DatabaseMetaData database) throws SQLException {
        String format = text(FORMAT, text(OLD_FORMAT, TOPIC));
        if (format.replace(TOPIC, "").contains("${")) {
            return;
        }
        List<String> topics =
                List.of(text("topics", "").split(",", -1)).stream()
                        .map(String::strip)
                        .filter(topic -> !topic.isEmpty())
                        .limit(TABLES_LOOKED_AT)
                        .toList();
        for (String topic : topics) {
            String table = format.replace(TOPIC, topic.replace('.', '_'));
            if (!isThere(database, table.substring(table.lastIndexOf('.') + 1))) {
                add(
                        EVOLUTION,
                        "there is no table %s for the topic %s, and %s=none makes none: make the table, or set %s=basic"
                                .formatted(table, topic, EVOLUTION, EVOLUTION));
            }
        }
    }

    private static boolean isThere(DatabaseMetaData database, String table) throws SQLException {
        for (String name :
                List.of(table, table.toLowerCase(Locale.ROOT), table.toUpperCase(Locale.ROOT))) {
            try (ResultSet found = database.getTables(null, null, name, null)) {
                while (found.next()) {
                    if (table.equalsIgnoreCase(found.getString("TABLE_NAME"))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
