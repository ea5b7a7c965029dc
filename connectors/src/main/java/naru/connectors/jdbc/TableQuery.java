package naru.connectors.jdbc;

import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The SQL by which what is new in a table, or in a query's result, is asked for.
 *
 * @param from what stands after FROM
 * @param quote by which the database quotes names; empty for not at all
 */
record TableQuery(String from, JdbcSourceConfig config, Dialect dialect, String quote) {
    static TableQuery of(
            @Nullable TableId table,
            JdbcSourceConfig config,
            Dialect dialect,
            Connection connection)
            throws SQLException {
        String quote = config.quotes() ? connection.getMetaData().getIdentifierQuoteString() : "";
        String from = table == null ? "(" + config.query() + ") naru_query" : table.quoted(quote);
        return new TableQuery(from, config, dialect, quote);
    }

    /** Whether the times by which rows are compared say their zone themselves. */
    boolean isZoned(Connection connection) throws SQLException {
        if (!config.mode().hasTimestamp()) {
            return false;
        }
        String sql = "SELECT " + rawTime() + " FROM " + from + " WHERE 1 = 0";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet nothing = statement.executeQuery()) {
            ResultSetMetaData metadata = nothing.getMetaData();
            return Columns.isZoned(metadata, 1);
        }
    }

    /**
     * @param until rows of this time and later wait
     */
    PreparedStatement prepare(
            Connection connection, Position after, @Nullable Instant until, boolean zoned)
            throws SQLException {
        PreparedStatement statement =
                connection.prepareStatement(
                        sql(after), ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        try {
            bind(statement, after, until, zoned);
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private String sql(Position after) {
        String everything =
                config.mode() == Mode.BULK && config.hasQuery()
                        ? config.query()
                        : "SELECT * FROM " + from;
        String sql = everything + criteria(after);
        return config.suffix().isEmpty() ? sql : sql + " " + config.suffix();
    }

    private String criteria(Position after) {
        return switch (config.mode()) {
            case BULK -> "";
            case INCREMENTING ->
                    (after.incrementing() == null ? "" : " WHERE " + number() + " > ?")
                            + " ORDER BY "
                            + number()
                            + " ASC";
            case TIMESTAMP ->
                    " WHERE "
                            + time()
                            + " < ?"
                            + (after.timestamp() == null ? "" : " AND " + time() + " > ?")
                            + " ORDER BY "
                            + time()
                            + " ASC";
            case TIMESTAMP_INCREMENTING -> " WHERE " + time() + " < ?" + later(after) + bothOrder();
        };
    }

    private String later(Position after) {
        if (after.timestamp() == null) {
            return "";
        }
        return after.incrementing() == null
                ? " AND " + time() + " > ?"
                : " AND ((%1$s = ? AND %2$s > ?) OR %1$s > ?)".formatted(time(), number());
    }

    private String bothOrder() {
        return " ORDER BY " + time() + " ASC, " + number() + " ASC";
    }

    private void bind(
            PreparedStatement statement, Position after, @Nullable Instant until, boolean zoned)
            throws SQLException {
        int index = 1;
        if (until != null) {
            dialect.bind(statement, index++, until, config.zone(), zoned);
        }
        Long number = config.mode().hasIncrementing() ? after.incrementing() : null;
        Instant time = config.mode().hasTimestamp() ? after.timestamp() : null;
        if (time != null && number != null) {
            dialect.bind(statement, index++, time, config.zone(), zoned);
            statement.setLong(index++, number);
            dialect.bind(statement, index, time, config.zone(), zoned);
        } else if (time != null) {
            dialect.bind(statement, index, time, config.zone(), zoned);
        } else if (number != null && config.mode() == Mode.INCREMENTING) {
            statement.setLong(index, number);
        }
    }

    private String number() {
        return TableId.quote(config.incrementingColumn(), quote);
    }

    private String time() {
        return dialect.comparable(rawTime());
    }

    private String rawTime() {
        List<String> columns =
                config.timestampColumns().stream()
                        .map(column -> TableId.quote(column, quote))
                        .toList();
        return columns.size() == 1
                ? columns.getFirst()
                : columns.stream().collect(Collectors.joining(", ", "COALESCE(", ")"));
    }
}
