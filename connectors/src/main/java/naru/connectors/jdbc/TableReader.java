package naru.connectors.jdbc;

import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads one table, or the query, again and again: what is new since its position, in portions, from
 * a result that stays open between them. A fault closes the result; the next portion asks anew from
 * the last row that was handed on, so nothing is left out.
 *
 * <p>In mode {@code timestamp} a position is a time of which all rows were handed on: while rows of
 * one time are under way, their offset is still the time before.
 *
 * <p>Owned by its task's thread.
 */
final class TableReader {
    private final JdbcSourceConfig config;
    private final @Nullable TableId table;
    private final String name;
    private final String topic;
    private final Map<String, Object> partition;
    private Position position;
    private @Nullable RowShape shape;
    private @Nullable OpenResult open;
    private long dueNanos;

    private record OpenResult(
            PreparedStatement statement, ResultSet rows, RowShape shape, boolean zoned) {}

    private record Row(Struct value, Position position) {}

    /** Read ahead, so that it is known whether the next row is of the same time. */
    private @Nullable Row ahead;

    /**
     * @param table null for the query
     */
    TableReader(
            JdbcSourceConfig config, @Nullable TableId table, Position position, long dueNanos) {
        this.config = config;
        this.table = table;
        this.name = table == null ? "query" : table.name();
        this.topic = config.topicPrefix() + (table == null ? "" : table.name());
        this.partition = table == null ? queryPartition() : table.partition();
        this.position = position;
        this.dueNanos = dueNanos;
    }

    static Map<String, Object> queryPartition() {
        return Map.of("query", "query");
    }

    long dueNanos() {
        return dueNanos;
    }

    String name() {
        return table == null ? "the query" : table.qualified();
    }

    /**
     * The next rows, at most as many as a batch holds; none when all that was new is read. After an
     * exception nothing was handed on, so the position is what it was before.
     */
    List<SourceRecord> next(Connection connection, Dialect dialect) throws SQLException {
        Position before = position;
        try {
            return batch(connection, dialect);
        } catch (SQLException | RuntimeException e) {
            position = before;
            throw e;
        }
    }

    private List<SourceRecord> batch(Connection connection, Dialect dialect) throws SQLException {
        OpenResult result = open;
        if (result == null) {
            result = ask(connection, dialect);
            open = result;
            ahead = row(result, dialect);
        }
        List<SourceRecord> records = new ArrayList<>();
        while (ahead != null && records.size() < config.batchRows()) {
            Row row = ahead;
            ahead = row(result, dialect);
            position = after(row, ahead);
            records.add(record(result.shape(), row.value()));
        }
        if (ahead == null) {
            close();
            endSnapshot(connection);
            dueNanos = System.nanoTime() + config.pollInterval().toNanos();
        }
        return records;
    }

    /** Forgets the open result; what was not handed on is asked for again. */
    void close() {
        OpenResult result = open;
        open = null;
        ahead = null;
        if (result != null) {
            try {
                // Closes its result as well.
                result.statement().close();
            } catch (SQLException e) {
                // The connection is gone, and the result with it.
            }
        }
    }

    private static void endSnapshot(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.commit();
        }
    }

    private OpenResult ask(Connection connection, Dialect dialect) throws SQLException {
        TableQuery query = TableQuery.of(table, config, dialect, connection);
        boolean zoned = query.isZoned(connection);
        Instant until =
                config.mode().hasTimestamp()
                        ? dialect.now(connection).minus(config.timestampDelay())
                        : null;
        PreparedStatement statement = query.prepare(connection, start(until), until, zoned);
        try {
            statement.setFetchSize(config.batchRows());
            ResultSet rows = statement.executeQuery();
            RowShape shaped =
                    RowShape.of(
                            rows.getMetaData(),
                            name,
                            new Columns(dialect, config),
                            config.list(JdbcSourceConfig.KEY_COLUMNS),
                            shape);
            shape = shaped;
            return new OpenResult(statement, rows, shaped, zoned);
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private Position start(@Nullable Instant now) {
        Long initial = config.timestampInitial();
        if (now == null || initial == null || position.timestamp() != null) {
            return position;
        }
        Instant time = initial < 0 ? now : Instant.ofEpochMilli(initial);
        position = new Position(position.incrementing(), time);
        return position;
    }

    private @Nullable Row row(OpenResult result, Dialect dialect) throws SQLException {
        if (!result.rows().next()) {
            return null;
        }
        return new Row(result.shape().value(result.rows()), position(result, dialect));
    }

    private Position position(OpenResult result, Dialect dialect) throws SQLException {
        Long number = null;
        if (config.mode().hasIncrementing()) {
            number = result.rows().getLong(config.incrementingColumn());
            if (result.rows().wasNull()) {
                throw nullIn(config.incrementingColumn());
            }
        }
        return new Position(number, config.mode().hasTimestamp() ? time(result, dialect) : null);
    }

    private Instant time(OpenResult result, Dialect dialect) throws SQLException {
        for (String name : config.timestampColumns()) {
            int column = result.rows().findColumn(name);
            if (result.rows().getObject(column) != null) {
                return dialect.compared(
                        dialect.time(result.rows(), column, config.zone(), result.zoned()));
            }
        }
        throw nullIn(config.timestampColumns().toString());
    }

    private ConnectException nullIn(String column) {
        return new ConnectException(
                "%s of %s is null in a row, and rows are found by it; make the column NOT NULL, or leave such rows out with the property query"
                        .formatted(column, name()));
    }

    private Position after(Row row, @Nullable Row next) {
        return switch (config.mode()) {
            case BULK -> Position.START;
            case INCREMENTING, TIMESTAMP_INCREMENTING -> row.position();
            case TIMESTAMP -> {
                boolean complete =
                        next == null
                                || !Objects.equals(
                                        next.position().timestamp(), row.position().timestamp());
                yield complete ? row.position() : position;
            }
        };
    }

    private SourceRecord record(RowShape shaped, Struct value) {
        return new SourceRecord(
                partition,
                position.offset(),
                topic,
                null,
                shaped.keySchema(),
                shaped.key(value),
                shaped.valueSchema(),
                value);
    }
}
