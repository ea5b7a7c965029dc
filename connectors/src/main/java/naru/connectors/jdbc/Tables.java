package naru.connectors.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Which tables of a database are to be read. */
final class Tables {
    private static final Set<String> SYSTEM_SCHEMAS =
            Set.of("information_schema", "pg_catalog", "pg_toast", "sys", "mysql");

    private final JdbcSourceConfig config;
    private final List<Pattern> included;
    private final List<Pattern> excluded;

    Tables(JdbcSourceConfig config) {
        this.config = config;
        this.included = patterns(config.list(JdbcSourceConfig.INCLUDE));
        this.excluded = patterns(config.list(JdbcSourceConfig.EXCLUDE));
    }

    private static List<Pattern> patterns(List<String> texts) {
        return texts.stream().map(Pattern::compile).toList();
    }

    /** In the order of their names. */
    List<TableId> list(Connection connection) throws SQLException {
        return all(connection).stream().filter(this::isWanted).toList();
    }

    /** All that the kinds and patterns of schema and catalog let through. */
    List<TableId> all(Connection connection) throws SQLException {
        DatabaseMetaData metadata = connection.getMetaData();
        TreeMap<String, TableId> found = new TreeMap<>();
        try (ResultSet rows =
                metadata.getTables(
                        config.optional(JdbcSourceConfig.CATALOG),
                        config.optional(JdbcSourceConfig.SCHEMA),
                        "%",
                        kinds(Dialect.of(connection)))) {
            while (rows.next()) {
                TableId table =
                        new TableId(rows.getString(1), rows.getString(2), rows.getString(3));
                if (!isOfTheSystem(table)) {
                    found.put(String.join(".", table.names()), table);
                }
            }
        }
        return new ArrayList<>(found.values());
    }

    /** The names that the list of wanted tables has and the database does not. */
    List<String> missing(List<TableId> all) {
        return config.list(JdbcSourceConfig.WHITELIST).stream()
                .filter(name -> all.stream().noneMatch(table -> isNamed(table, name)))
                .toList();
    }

    private String[] kinds(Dialect dialect) {
        Set<String> kinds = new LinkedHashSet<>();
        for (String kind : config.list(JdbcSourceConfig.TYPES)) {
            kinds.add(kind.toUpperCase(Locale.ROOT));
            if (kind.equalsIgnoreCase("TABLE") && dialect == Dialect.H2) {
                kinds.add("BASE TABLE");
            }
        }
        return kinds.toArray(String[]::new);
    }

    private static boolean isOfTheSystem(TableId table) {
        return table.schema() != null
                && SYSTEM_SCHEMAS.contains(table.schema().toLowerCase(Locale.ROOT));
    }

    private boolean isWanted(TableId table) {
        List<String> named = config.list(JdbcSourceConfig.WHITELIST);
        boolean wanted =
                (named.isEmpty() && included.isEmpty())
                        || named.stream().anyMatch(name -> isNamed(table, name))
                        || matches(included, table);
        return wanted
                && config.list(JdbcSourceConfig.BLACKLIST).stream()
                        .noneMatch(name -> isNamed(table, name))
                && !matches(excluded, table);
    }

    private static boolean isNamed(TableId table, String name) {
        String plain = name.replace("\"", "").replace("`", "").strip();
        return table.names().stream().anyMatch(plain::equalsIgnoreCase);
    }

    private static boolean matches(List<Pattern> patterns, TableId table) {
        return patterns.stream()
                .anyMatch(pattern ->
                        table.names().stream().anyMatch(name -> pattern.matcher(name).matches()));
    }
}
