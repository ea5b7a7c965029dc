package naru.connectors.jdbc;

import naru.connectors.Findings;

import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is wrong with the properties of a source taken together, and with what they say about the
 * database: it is asked.
 */
final class SourceValidation {
    private static final int TABLES_LOOKED_AT = 50;
    private static final int NAMES_SHOWN = 20;
    private static final Set<Integer> NUMBERS =
            Set.of(
                    Types.TINYINT,
                    Types.SMALLINT,
                    Types.INTEGER,
                    Types.BIGINT,
                    Types.NUMERIC,
                    Types.DECIMAL);

    private final Findings findings;
    private final Map<String, String> given;

    SourceValidation(Findings findings, Map<String, String> given) {
        this.findings = findings;
        this.given = given;
    }

    void check() {
        if (!findings.none()) {
            return;
        }
        JdbcSourceConfig config = new JdbcSourceConfig(given);
        checkMode(config);
        checkTables(config);
        if (findings.none()) {
            checkDatabase(config);
        }
    }

    private void checkMode(JdbcSourceConfig config) {
        Mode mode = config.mode();
        if (mode.hasIncrementing() && config.incrementingColumn().isBlank()) {
            findings.add(
                    JdbcSourceConfig.INCREMENTING,
                    "mode=%s needs the name of the column whose number grows with each row, such as id"
                            .formatted(mode.word()));
        }
        if (mode.hasTimestamp() && config.timestampColumns().isEmpty()) {
            findings.add(
                    JdbcSourceConfig.TIMESTAMPS,
                    "mode=%s needs the name of the column with the time of the last change, such as updated_at"
                            .formatted(mode.word()));
        }
        if (!mode.hasIncrementing() && !config.incrementingColumn().isBlank()) {
            findings.add(
                    JdbcSourceConfig.INCREMENTING,
                    "mode=%s does not look at it; take it away or set mode=incrementing"
                            .formatted(mode.word()));
        }
        if (!mode.hasTimestamp() && !config.timestampColumns().isEmpty()) {
            findings.add(
                    JdbcSourceConfig.TIMESTAMPS,
                    "mode=%s does not look at it; take it away or set mode=timestamp"
                            .formatted(mode.word()));
        }
    }

    private void checkTables(JdbcSourceConfig config) {
        List<String> chosen =
                List.of(
                        JdbcSourceConfig.WHITELIST,
                        JdbcSourceConfig.INCLUDE,
                        JdbcSourceConfig.BLACKLIST,
                        JdbcSourceConfig.EXCLUDE);
        for (String property : chosen) {
            if (config.hasQuery() && !config.list(property).isEmpty()) {
                findings.add(
                        property, "is not looked at when there is a query; take one of them away");
            }
        }
        if (config.hasQuery() && config.topicPrefix().isBlank()) {
            findings.add(
                    JdbcSourceConfig.TOPIC_PREFIX,
                    "is the name of the topic when there is a query, and must not be empty");
        }
    }

    private void checkDatabase(JdbcSourceConfig config) {
        try (Connection connection = Connections.open(config)) {
            if (config.hasQuery()) {
                checkColumns(config, connection, null);
                return;
            }
            Tables tables = new Tables(config);
            List<TableId> all = tables.all(connection);
            for (String name : tables.missing(all)) {
                findings.add(
                        JdbcSourceConfig.WHITELIST,
                        "there is no table %s; there are %s".formatted(name, names(all)));
            }
            for (TableId table :
                    tables.list(connection).stream().limit(TABLES_LOOKED_AT).toList()) {
                checkColumns(config, connection, table);
            }
        } catch (Connections.NoDriverException e) {
            findings.add(JdbcSourceConfig.URL, String.valueOf(e.getMessage()));
        } catch (SQLException e) {
            boolean login = String.valueOf(e.getSQLState()).startsWith("28");
            findings.add(
                    login ? JdbcSourceConfig.USER : JdbcSourceConfig.URL,
                    "the database at %s refuses or cannot be reached: %s"
                            .formatted(Connections.shown(config.url()), e.getMessage()));
        }
    }

    private static String names(List<TableId> tables) {
        List<String> names = tables.stream().limit(NAMES_SHOWN).map(TableId::qualified).toList();
        return names.isEmpty()
                ? "none"
                : String.join(", ", names) + (tables.size() > NAMES_SHOWN ? " and more" : "");
    }

    private void checkColumns(
            JdbcSourceConfig config, Connection connection, @Nullable TableId table)
            throws SQLException {
        String what = table == null ? "the query" : table.qualified();
        String quote = config.quotes() ? connection.getMetaData().getIdentifierQuoteString() : "";
        String from = table == null ? "(" + config.query() + ") naru_query" : table.quoted(quote);
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT * FROM " + from + " WHERE 1 = 0");
                ResultSet nothing = statement.executeQuery()) {
            ResultSetMetaData columns = nothing.getMetaData();
            if (config.mode().hasIncrementing()) {
                checkIncrementing(config, what, columns, notNull(connection, table));
            }
            for (String column : config.timestampColumns()) {
                checkTimestamp(config, what, columns, column, notNull(connection, table));
            }
        } catch (SQLException e) {
            findings.add(
                    table == null ? JdbcSourceConfig.QUERY : JdbcSourceConfig.WHITELIST,
                    "%s cannot be read: %s".formatted(what, e.getMessage()));
        }
    }

    /** Columns that the table says are NOT NULL; of a query it is not known. */
    private static Set<String> notNull(Connection connection, @Nullable TableId table)
            throws SQLException {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        if (table == null) {
            return names;
        }
        DatabaseMetaData metadata = connection.getMetaData();
        try (ResultSet columns =
                metadata.getColumns(table.catalog(), table.schema(), table.name(), "%")) {
            while (columns.next()) {
                if (columns.getInt("NULLABLE") == DatabaseMetaData.columnNoNulls) {
                    names.add(columns.getString("COLUMN_NAME"));
                }
            }
        }
        try (ResultSet keys =
                metadata.getPrimaryKeys(table.catalog(), table.schema(), table.name())) {
            while (keys.next()) {
                names.add(keys.getString("COLUMN_NAME"));
            }
        }
        return names;
    }

    private void checkIncrementing(
            JdbcSourceConfig config, String what, ResultSetMetaData columns, Set<String> notNull)
            throws SQLException {
        String name = config.incrementingColumn();
        int index = index(columns, name);
        if (index == 0) {
            findings.add(JdbcSourceConfig.INCREMENTING, noColumn(what, name, columns));
        } else if (!NUMBERS.contains(columns.getColumnType(index))) {
            findings.add(
                    JdbcSourceConfig.INCREMENTING,
                    "%s of %s is %s, and must be a whole number"
                            .formatted(name, what, columns.getColumnTypeName(index)));
        } else if (config.validateNonNull() && !config.hasQuery() && !notNull.contains(name)) {
            findings.add(JdbcSourceConfig.INCREMENTING, mayBeNull(what, name));
        }
    }

    private void checkTimestamp(
            JdbcSourceConfig config,
            String what,
            ResultSetMetaData columns,
            String name,
            Set<String> notNull)
            throws SQLException {
        if (index(columns, name) == 0) {
            findings.add(JdbcSourceConfig.TIMESTAMPS, noColumn(what, name, columns));
        } else if (config.validateNonNull()
                && !config.hasQuery()
                && config.timestampColumns().size() == 1
                && !notNull.contains(name)) {
            findings.add(JdbcSourceConfig.TIMESTAMPS, mayBeNull(what, name));
        }
    }

    private static String mayBeNull(String what, String name) {
        return "%s of %s may be null, and such rows would never be read; make it NOT NULL, or set validate.non.null=false"
                .formatted(name, what);
    }

    private static String noColumn(String what, String name, ResultSetMetaData columns)
            throws SQLException {
        List<String> names = new ArrayList<>();
        for (int index = 1; index <= columns.getColumnCount(); index++) {
            names.add(columns.getColumnLabel(index));
        }
        return "%s has no column %s; it has %s".formatted(what, name, String.join(", ", names));
    }

    private static int index(ResultSetMetaData columns, String name) throws SQLException {
        for (int index = 1; index <= columns.getColumnCount(); index++) {
            if (columns.getColumnLabel(index).equalsIgnoreCase(name)) {
                return index;
            }
        }
        return 0;
    }
}
