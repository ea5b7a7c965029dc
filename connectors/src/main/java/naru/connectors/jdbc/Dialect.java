package naru.connectors.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Where databases differ in what the source needs of them. */
enum Dialect {
    POSTGRES,
    H2,
    SQLITE,
    OTHER;

    private static final DateTimeFormatter SQLITE_TEXT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    /** A time with or without seconds, fractions and zone, after a blank or a T. */
    private static final DateTimeFormatter SQLITE_READ =
            new DateTimeFormatterBuilder()
                    .append(DateTimeFormatter.ISO_LOCAL_DATE)
                    .appendPattern("['T'][ ]HH:mm[:ss]")
                    .optionalStart()
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .optionalEnd()
                    .optionalStart()
                    .appendOffset("+HH:MM", "Z")
                    .optionalEnd()
                    .toFormatter(Locale.ROOT);

    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> POSTGRES;
            case "H2" -> H2;
            case "SQLite" -> SQLITE;
            default -> OTHER;
        };
    }

    /** The database's own clock: rows are compared with it, not with ours. */
    Instant now(Connection connection) throws SQLException {
        String sql =
                switch (this) {
                    case SQLITE -> "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')";
                    case POSTGRES -> "SELECT clock_timestamp()";
                    case H2, OTHER -> "SELECT CURRENT_TIMESTAMP";
                };
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            if (!result.next()) {
                throw new SQLException("the database does not say what time it is");
            }
            return switch (this) {
                case POSTGRES, H2 -> result.getObject(1, OffsetDateTime.class).toInstant();
                case SQLITE -> parsed(result.getString(1), ZoneOffset.UTC);
                case OTHER -> result.getTimestamp(1).toInstant();
            };
        }
    }

    /** The expression by which times can be compared; SQLite keeps them as text or as numbers. */
    String comparable(String column) {
        return switch (this) {
            case POSTGRES, H2, OTHER -> column;
            case SQLITE ->
                    "(CASE typeof(%1$s) WHEN 'text' THEN strftime('%%Y-%%m-%%d %%H:%%M:%%f', %1$s)"
                                    .formatted(column)
                            + " ELSE strftime('%%Y-%%m-%%d %%H:%%M:%%f', %1$s / 1000.0, 'unixepoch') END)"
                                    .formatted(column);
        };
    }

    void bind(PreparedStatement statement, int index, Instant time, ZoneId zone, boolean zoned)
            throws SQLException {
        switch (this) {
            case POSTGRES, H2, OTHER -> {
                if (zoned) {
                    statement.setObject(index, time.atOffset(ZoneOffset.UTC));
                } else {
                    statement.setObject(index, LocalDateTime.ofInstant(time, zone));
                }
            }
            case SQLITE ->
                    statement.setString(
                            index, SQLITE_TEXT.format(LocalDateTime.ofInstant(time, zone)));
        }
    }

    /**
     * A row's time as {@link #comparable} has it, by which rows are found: SQLite's are rounded to
     * milliseconds within their minute.
     */
    Instant compared(Instant time) {
        return switch (this) {
            case POSTGRES, H2, OTHER -> time;
            case SQLITE -> {
                long minute = Math.floorDiv(time.getEpochSecond(), 60) * 60;
                long micros = (time.getEpochSecond() - minute) * 1_000_000 + time.getNano() / 1_000;
                long millis = Math.min((micros + 500) / 1_000, 59_999);
                yield Instant.ofEpochSecond(minute).plusMillis(millis);
            }
        };
    }

    /** The time in a column that is not null. */
    Instant time(ResultSet row, int column, ZoneId zone, boolean zoned) throws SQLException {
        return switch (this) {
            case POSTGRES, H2, OTHER ->
                    zoned
                            ? row.getObject(column, OffsetDateTime.class).toInstant()
                            : row.getObject(column, LocalDateTime.class).atZone(zone).toInstant();
            case SQLITE -> {
                Object value = row.getObject(column);
                yield value instanceof Number number
                        ? Instant.ofEpochMilli(number.longValue())
                        : parsed(value.toString(), zone);
            }
        };
    }

    private static Instant parsed(String text, ZoneId zone) throws SQLException {
        try {
            if (text.length() == "2024-01-01".length()) {
                return LocalDate.parse(text).atStartOfDay(zone).toInstant();
            }
            return switch (SQLITE_READ.parseBest(text, OffsetDateTime::from, LocalDateTime::from)) {
                case OffsetDateTime exact -> exact.toInstant();
                case LocalDateTime local -> local.atZone(zone).toInstant();
                default -> throw new SQLException(text + " is no time");
            };
        } catch (DateTimeParseException e) {
            throw new SQLException("'" + text + "' is no time as SQLite writes them", "22007", e);
        }
    }
}
