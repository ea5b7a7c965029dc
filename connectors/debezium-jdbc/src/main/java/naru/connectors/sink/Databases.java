package naru.connectors.sink;

import org.jspecify.annotations.Nullable;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Opens connections with the drivers that lie in the plug-in's own folder. */
final class Databases {
    private static final String LOGIN_SECONDS = "10";

    private Databases() {}

    /**
     * @throws SQLException with a sentence about the drivers that are here, when none takes the URL
     */
    static Connection open(String url, @Nullable String user, @Nullable String password)
            throws SQLException {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        if (url.startsWith("jdbc:postgresql:")) {
            properties.setProperty("loginTimeout", LOGIN_SECONDS);
            properties.setProperty("connectTimeout", LOGIN_SECONDS);
        }
        Connection connection = driver(url).connect(url, properties);
        if (connection == null) {
            throw new SQLException("the driver does not take the URL " + shown(url));
        }
        return connection;
    }

    private static Driver driver(String url) throws SQLException {
        List<String> known = new ArrayList<>();
        var drivers = ServiceLoader.load(Driver.class, Databases.class.getClassLoader());
        for (var found = drivers.iterator(); found.hasNext(); ) {
            try {
                Driver driver = found.next();
                known.add(driver.getClass().getName());
                if (driver.acceptsURL(url)) {
                    return driver;
                }
            } catch (ServiceConfigurationError unusable) {
                known.add("(" + unusable.getMessage() + ")");
            }
        }
        throw new SQLException(
                "no JDBC driver takes %s; put the driver's jar into the plug-in's folder debezium-jdbc. Here are %s"
                        .formatted(shown(url), known));
    }

    /** Without what may be secret in it. */
    static String shown(String url) {
        int parameters = url.indexOf('?');
        String place = parameters < 0 ? url : url.substring(0, parameters);
        return place.replaceAll("//[^/@]*@", "//").replaceAll("(?i);password=[^;]*", "");
    }
}
