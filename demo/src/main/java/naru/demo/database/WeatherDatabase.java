package naru.demo.database;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the tables that the sink writes. A table that is not there yet has no rows.
 *
 * <p>Threads: any, one at a time. A connection that broke is made anew by the next question.
 */
public final class WeatherDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.demo");
    private static final int SECONDS_MOST = 5;
    private static final int ROWS_MOST = 100_000;

    private final JdbcDrivers drivers;
    private final DatabaseAddress address;
    private @Nullable Connection connection;

    public WeatherDatabase(JdbcDrivers drivers, DatabaseAddress address) {
        this.drivers = drivers;
        this.address = address;
    }

    public DatabaseAddress address() {
        return address;
    }

    /** Opens it, which makes an embedded one. */
    public synchronized void open() throws SQLException {
        connection();
    }

    public synchronized long count(String table) throws SQLException {
        List<Map<String, Object>> rows = query("select count(*) as n from " + table, List.of());
        return rows.isEmpty() ? 0 : ((Number) rows.getFirst().getOrDefault("n", 0)).longValue();
    }

    /** All of a table, by id. */
    public List<Map<String, Object>> rows(String table) throws SQLException {
        return query("select * from " + table + " order by id", List.of());
    }

    /** A city's days, oldest first. */
    public List<Map<String, Object>> days(String city) throws SQLException {
        return query(
                "select observed_on, temperature_max_c, temperature_min_c, precipitation_mm,"
                        + " wind_ms from weather_daily where city = ? order by observed_on",
                List.of(city));
    }

    /** A city's months: means, and the sum of rain and snow. */
    public List<Map<String, Object>> months(String city) throws SQLException {
        return query(
                "select substr(observed_on, 1, 7) as observed_on,"
                        + " avg(temperature_max_c) as temperature_max_c,"
                        + " avg(temperature_min_c) as temperature_min_c,"
                        + " sum(precipitation_mm) as precipitation_mm, avg(wind_ms) as wind_ms"
                        + " from weather_daily where city = ?"
                        + " group by substr(observed_on, 1, 7) order by 1",
                List.of(city));
    }

    public List<Map<String, Object>> extremes(String city) throws SQLException {
        return query(
                "select observed_on, kind, measured, unit from weather_extremes where city = ?"
                        + " order by observed_on",
                List.of(city));
    }

    /** Takes tables away, so that the sink makes them anew. */
    public synchronized void drop(List<String> tables) throws SQLException {
        for (String table : tables) {
            try (var statement = connection().createStatement()) {
                statement.execute("drop table if exists " + table);
            }
        }
    }

    private synchronized List<Map<String, Object>> query(String sql, List<String> parameters)
            throws SQLException {
        Connection open = connection();
        try (PreparedStatement statement = open.prepareStatement(sql)) {
            statement.setQueryTimeout(SECONDS_MOST);
            statement.setMaxRows(ROWS_MOST);
            for (int at = 0; at < parameters.size(); at++) {
                statement.setString(at + 1, parameters.get(at));
            }
            try (ResultSet found = statement.executeQuery()) {
                return rows(found);
            }
        } catch (SQLException fault) {
            // Not asked whether it is valid: SQLite's driver leaves a statement open then, and with
            // it the state of that moment.
            if (isMissingTable(fault)) {
                return List.of();
            }
            close();
            throw fault;
        }
    }

    /** Each driver has a number of its own for it, but all say it. */
    private static boolean isMissingTable(SQLException fault) {
        String message = String.valueOf(fault.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no such table")
                || message.contains("not found")
                || message.contains("does not exist");
    }

    private static List<Map<String, Object>> rows(ResultSet found) throws SQLException {
        ResultSetMetaData shape = found.getMetaData();
        List<Map<String, Object>> rows = new ArrayList<>();
        while (found.next()) {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int column = 1; column <= shape.getColumnCount(); column++) {
                Object value = found.getObject(column);
                if (value != null) {
                    row.put(shape.getColumnLabel(column).toLowerCase(Locale.ROOT), value);
                }
            }
            rows.add(row);
        }
        return rows;
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (open == null || open.isClosed()) {
            open = drivers.connect(address);
            connection = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException fault) {
                LOG.debug("the database's connection did not close cleanly", fault);
            }
        }
    }
}
