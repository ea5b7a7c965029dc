package naru.demo.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;

class WeatherDatabaseTest {
    private static final String URL = "jdbc:h2:mem:weather;DB_CLOSE_DELAY=-1";

    @Test
    void tablesThatAreNotThereHaveNoRows() throws Exception {
        try (JdbcDrivers drivers = JdbcDrivers.in(null);
                WeatherDatabase database =
                        new WeatherDatabase(drivers, DatabaseAddress.of("jdbc:h2:mem:empty"))) {
            assertThat(database.count("weather_daily")).isZero();
            assertThat(database.months("Seattle")).isEmpty();
            assertThat(database.extremes("Seattle")).isEmpty();
        }
    }

    @Test
    void monthsAreMeansAndSums() throws Exception {
        fill();
        try (JdbcDrivers drivers = JdbcDrivers.in(null);
                WeatherDatabase database = new WeatherDatabase(drivers, DatabaseAddress.of(URL))) {
            assertThat(database.count("weather_daily")).isEqualTo(3);
            assertThat(database.days("Seattle")).hasSize(2);
            assertThat(database.months("Seattle"))
                    .singleElement()
                    .satisfies(month -> {
                        assertThat(month).containsEntry("observed_on", "2012-01");
                        assertThat(number(month, "temperature_max_c")).isEqualTo(3);
                        assertThat(number(month, "precipitation_mm")).isEqualTo(11);
                    });
            database.drop(List.of("weather_daily"));
            assertThat(database.count("weather_daily")).isZero();
        }
    }

    private static double number(Map<String, Object> row, String column) {
        assertThat(row).containsKey(column);
        return Double.parseDouble(String.valueOf(row.get(column)));
    }

    private static void fill() throws SQLException {
        try (Connection connection = new org.h2.Driver().connect(URL, new Properties());
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "create table weather_daily(id varchar primary key, city varchar, observed_on"
                            + " varchar, precipitation_mm double precision, temperature_max_c"
                            + " double precision, temperature_min_c double precision, wind_ms"
                            + " double precision, sky varchar)");
            statement.execute(
                    "insert into weather_daily values"
                            + " ('a', 'Seattle', '2012-01-01', 1, 2, 0, 3, 'sun'),"
                            + " ('b', 'Seattle', '2012-01-02', 10, 4, 1, 3, 'rain'),"
                            + " ('c', 'New York', '2012-01-01', 0, 9, 1, 3, 'sun')");
        }
    }

    @Test
    void passwordsAreTakenOutOfTheUrl() {
        DatabaseAddress address =
                DatabaseAddress.of("jdbc:postgresql://db/weather?user=me&password=a%26b&ssl=false");
        assertThat(address.url()).isEqualTo("jdbc:postgresql://db/weather?ssl=false");
        assertThat(address.user()).isEqualTo("me");
        assertThat(address.password()).isEqualTo("a&b");
        assertThat(address.toString()).isEqualTo("jdbc:postgresql://db/weather");
        assertThatThrownBy(() -> DatabaseAddress.of("postgres"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdbc:postgresql://");
    }

    @Test
    void databaseWithoutADriverIsNamed() throws Exception {
        try (JdbcDrivers drivers = JdbcDrivers.in(null);
                WeatherDatabase database =
                        new WeatherDatabase(drivers, DatabaseAddress.of("jdbc:none:there"))) {
            assertThatThrownBy(database::open)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("no JDBC driver is for jdbc:none:there");
        }
    }
}
