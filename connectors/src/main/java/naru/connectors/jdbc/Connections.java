package naru.connectors.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Opens connections with the drivers that lie in the plug-in's own folder. */
final class Connections {
    private static final int LOGIN_SECONDS = 10;

    private Connections() {}

    static Connection open(JdbcSourceConfig config) throws SQLException {
        Properties properties = config.connectionProperties();
        properties.putIfAbsent("loginTimeout", "" + LOGIN_SECONDS);
        if (config.url().startsWith("jdbc:postgresql:")) {
            properties.putIfAbsent("ApplicationName", "naru-jdbc-source");
            // A database that is gone without a word is noticed.
            properties.putIfAbsent("tcpKeepAlive", "true");
            properties.putIfAbsent("connectTimeout", "" + LOGIN_SECONDS);
        } else {
            properties.remove("loginTimeout");
        }
        Connection connection = driver(config.url()).connect(config.url(), properties);
        if (connection == null) {
            throw new SQLException("the driver does not take the URL " + shown(config.url()));
        }
        return connection;
    }

    private static Driver driver(String url) throws SQLException {
        List<String> known = new ArrayList<>();
        var drivers = ServiceLoader.load(Driver.class, Connections.class.getClassLoader());
        for (var found = drivers.iterator(); found.hasNext(); ) {
            try {
                Driver driver = found.next();
                known.add(driver.getClass().getName());
                if (driver.acceptsURL(url)) {
                    return driver;
                }
            } catch (ServiceConfigurationError e) {
                known.add("(" + e.getMessage() + ")");
            }
        }
        for (Driver driver : DriverManager.drivers().toList()) {
            if (driver.acceptsURL(url)) {
                return driver;
            }
        }
        throw new NoDriverException(
                "no JDBC driver takes %s; put the driver's jar into the plug-in's folder. Here are %s"
                        .formatted(shown(url), known));
    }

    /** Without what may be secret in it. */
    static String shown(String url) {
        int parameters = url.indexOf('?');
        String place = parameters < 0 ? url : url.substring(0, parameters);
        return place.replaceAll("//[^/@]*@", "//").replaceAll("(?i);password=[^;]*", "");
    }

    /** Whether the same may succeed later without anybody changing anything. */
    static boolean isPassing(SQLException fault) {
        if (fault instanceof NoDriverException) {
            return false;
        }
        if (fault instanceof SQLTransientException
                || fault instanceof SQLRecoverableException
                || fault instanceof SQLNonTransientConnectionException) {
            return true;
        }
        String state = fault.getSQLState();
        if (state == null || state.length() < 2) {
            // SQLite's own numbers: busy, locked, cannot read or open the file.
            return switch (fault.getErrorCode() & 0xff) {
                case 5, 6, 10, 14 -> true;
                default -> false;
            };
        }
        String message = String.valueOf(fault.getMessage());
        return switch (state.substring(0, 2)) {
            case "08", "40", "53", "55", "57", "58" -> true;
            case "0A" -> message.contains("cached plan must not change result type");
            default -> false;
        };
    }

    static final class NoDriverException extends SQLException {
        private static final long serialVersionUID = 1L;

        NoDriverException(String message) {
            super(message);
        }
    }
}
