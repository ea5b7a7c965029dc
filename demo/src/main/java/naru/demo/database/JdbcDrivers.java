package naru.demo.database;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;

/**
 * JDBC drivers that are on the class path or in the folder of the sink's plug-in, so that whatever
 * the sink can write the page can read.
 */
public final class JdbcDrivers implements AutoCloseable {
    private final @Nullable URLClassLoader loader;
    private final List<Driver> drivers = new ArrayList<>();

    private JdbcDrivers(@Nullable URLClassLoader loader) {
        this.loader = loader;
        ServiceLoader<Driver> found =
                loader == null
                        ? ServiceLoader.load(Driver.class)
                        : ServiceLoader.load(Driver.class, loader);
        found.forEach(drivers::add);
    }

    /**
     * @param folder with jars, or null for the class path alone
     */
    public static JdbcDrivers in(@Nullable Path folder) throws IOException {
        if (folder == null || !Files.isDirectory(folder)) {
            return new JdbcDrivers(null);
        }
        List<URL> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path file : files) {
                jars.add(file.toUri().toURL());
            }
        }
        return new JdbcDrivers(
                new URLClassLoader(
                        "jdbc-drivers",
                        jars.toArray(URL[]::new),
                        JdbcDrivers.class.getClassLoader()));
    }

    /**
     * @throws SQLException also when no driver is for such a URL
     */
    Connection connect(DatabaseAddress address) throws SQLException {
        Properties login = new Properties();
        if (!address.user().isEmpty()) {
            login.setProperty("user", address.user());
            login.setProperty("password", address.password());
        }
        for (Driver driver : drivers) {
            if (driver.acceptsURL(address.url())) {
                Connection connection = driver.connect(address.url(), login);
                if (connection != null) {
                    return connection;
                }
            }
        }
        throw new SQLException(
                "no JDBC driver is for %s; known are %s"
                        .formatted(
                                address.shown(),
                                drivers.stream()
                                        .map(driver -> driver.getClass().getName())
                                        .toList()));
    }

    @Override
    public void close() throws IOException {
        if (loader != null) {
            loader.close();
        }
    }
}
