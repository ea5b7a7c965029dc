package naru.connectors.dialect;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.confluent.connect.jdbc.JdbcSinkConnector;
import io.debezium.connector.jdbc.JdbcSinkConnectorTask;

import naru.testkit.DocumentedConnectors;
import naru.testkit.PostgresProcess;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

class JdbcSinkTest {
    private static final TopicPartition PARTITION = new TopicPartition("ships", 0);
    private static final Schema KEY =
            SchemaBuilder.struct().field("id", Schema.INT32_SCHEMA).build();
    private static final Schema SHIP =
            SchemaBuilder.struct()
                    .field("name", Schema.OPTIONAL_STRING_SCHEMA)
                    .field("price", Decimal.builder(2).optional().build())
                    .build();
    private static final Schema LONGER_SHIP =
            SchemaBuilder.struct()
                    .field("name", Schema.OPTIONAL_STRING_SCHEMA)
                    .field("price", Decimal.builder(2).optional().build())
                    .field("masts", Schema.OPTIONAL_INT32_SCHEMA)
                    .build();

    @TempDir private Path folder;

    @Test
    void sqliteTakesRows() throws Exception {
        takesRows("jdbc:sqlite:" + folder.resolve("ships.db"), "naru", "");
    }

    @Test
    void h2TakesRows() throws Exception {
        takesRows("jdbc:h2:file:" + folder.resolve("ships"), "sa", "");
    }

    @Test
    void postgresTakesRows() throws Exception {
        assumeThat(PostgresProcess.missing()).isNull();
        try (PostgresProcess postgres = PostgresProcess.start()) {
            takesRows(postgres.url(), postgres.user(), "none");
            isNotDisturbedByAnother(postgres);
        }
    }

    /** A sink to another database starts between the start of this one and its first table. */
    private void isNotDisturbedByAnother(PostgresProcess postgres) throws Exception {
        Map<String, String> properties =
                new HashMap<>(properties(postgres.url(), postgres.user(), "none"));
        properties.put("collection.name.format", "among_others");
        JdbcSinkConnectorTask task = started(properties);
        JdbcSinkConnectorTask other =
                started(properties("jdbc:sqlite:" + folder.resolve("other.db"), "naru", ""));
        try {
            task.open(List.of(PARTITION));
            task.put(List.of(ship(0, 1, SHIP, "first", "1.50")));
            task.flush(Map.of());
        } finally {
            other.stop();
            task.stop();
        }
        assertThat(rows(postgres.url(), postgres.user(), "none", "name", "among_others"))
                .containsExactly("first");
    }

    @Test
    void confluentsConfigurationTakesRows() throws Exception {
        String url = "jdbc:sqlite:" + folder.resolve("confluent.db");
        Map<String, String> given =
                Map.of(
                        "topics", "ships",
                        "connection.url", url,
                        "insert.mode", "UPSERT",
                        "pk.mode", "record_key",
                        "pk.fields", "id",
                        "auto.create", "true",
                        "auto.evolve", "true",
                        "delete.enabled", "true",
                        "table.name.format", "kafka_${topic}",
                        "fields.whitelist", "name");
        JdbcSinkConnector connector = new JdbcSinkConnector();
        assertThat(connector.validate(given).configValues())
                .allSatisfy(value -> assertThat(value.errorMessages()).isEmpty());
        connector.start(given);
        write(
                connector.taskConfigs(1).getFirst(),
                List.of(
                        ship(0, 1, SHIP, "first", "1.50"),
                        ship(1, 2, SHIP, "second", "2.50"),
                        new SinkRecord("ships", 0, KEY, key(2), null, null, 2)));
        assertThat(rows(url, "naru", "", "*", "kafka_ships")).containsExactly("1 first");
    }

    @Test
    void validationSaysInWordsWhatIsWrong() {
        String url = "jdbc:sqlite:" + folder.resolve("empty.db");
        var ours = new naru.connectors.sink.JdbcSinkConnector();
        assertThat(errors(ours, Map.of("insert.mode", "upsart")))
                .anyMatch(error -> error.contains("insert.mode") && error.contains("upsert"))
                .anyMatch(error -> error.contains("connection.url"));
        assertThat(errors(ours, given(url, "insert.mode", "upsert")))
                .containsExactly(
                        "primary.key.mode: insert.mode=upsert has to know which row a record is:"
                                + " set primary.key.mode=record_key, or record_value with"
                                + " primary.key.fields");
        assertThat(errors(ours, given(url, "delete.enabled", "true")))
                .singleElement(as(STRING))
                .contains("needs primary.key.mode=record_key");
        assertThat(errors(ours, given(url, "topics", "fleet.ships")))
                .singleElement(as(STRING))
                .contains("there is no table fleet_ships for the topic fleet.ships");
        assertThat(errors(ours, given("jdbc:mysql://localhost/x", "schema.evolution", "basic")))
                .singleElement(as(STRING))
                .contains("no JDBC driver takes jdbc:mysql");
        assertThat(errors(new JdbcSinkConnector(), given(url, "insert.mode", "upsert")))
                .singleElement(as(STRING))
                .startsWith("pk.mode: insert.mode=upsert")
                .contains("set pk.mode=record_key, or record_value with pk.fields");
    }

    @Test
    void documentedConfigurationIsRight() {
        String url = "jdbc:sqlite:" + folder.resolve("documented.db");
        Map<String, String> documented =
                DocumentedConnectors.named(
                        "ships-to-database",
                        "docs/connectors.md",
                        text -> text.replace("jdbc:postgresql://localhost:5432/warehouse", url));
        var ours = new naru.connectors.sink.JdbcSinkConnector();
        assertThat(documented).containsEntry("connector.class", ours.getClass().getName());
        assertThat(errors(ours, documented)).isEmpty();
        documented.keySet().removeAll(List.of("name", "connector.class", "topics"));
        assertThat(ours.config().names()).containsAll(documented.keySet());
    }

    private static Map<String, String> given(String url, String name, String value) {
        Map<String, String> given =
                new HashMap<>(
                        Map.of(
                                "topics", "ships",
                                "connection.url", url,
                                "connection.username", "naru",
                                "connection.password", ""));
        given.put(name, value);
        return given;
    }

    private static List<String> errors(SinkConnector connector, Map<String, String> given) {
        return connector.validate(given).configValues().stream()
                .flatMap(value ->
                        value.errorMessages().stream().map(error -> value.name() + ": " + error))
                .toList();
    }

    /** Insert, upsert, delete, a new column, and the same records again after a restart. */
    private static void takesRows(String url, String user, String password) throws Exception {
        List<SinkRecord> records =
                List.of(
                        ship(0, 1, SHIP, "first", "1.50"),
                        ship(1, 2, SHIP, "second", "2.50"),
                        ship(2, 3, SHIP, "third", "3.50"),
                        ship(3, 1, SHIP, "first again", "9.00"),
                        new SinkRecord("ships", 0, KEY, key(2), null, null, 4));
        put(url, user, password, records);
        put(url, user, password, records);
        assertThat(rows(url, user, password, "id, name, price"))
                .containsExactly("1 first again 9", "3 third 3.5");
        SinkRecord longer = ship(5, 4, LONGER_SHIP, "fourth", "4.00");
        ((Struct) longer.value()).put("masts", 3);
        put(url, user, password, List.of(longer));
        assertThat(rows(url, user, password, "id, masts"))
                .containsExactly("1 null", "3 null", "4 3");
    }

    private static void put(String url, String user, String password, List<SinkRecord> records) {
        write(properties(url, user, password), records);
    }

    private static Map<String, String> properties(String url, String user, String password) {
        return Map.of(
                "connection.url", url,
                "connection.username", user,
                "connection.password", password,
                "insert.mode", "upsert",
                "delete.enabled", "true",
                "primary.key.mode", "record_key",
                "schema.evolution", "basic",
                "connection.pool.min_size", "1",
                "connection.pool.max_size", "2");
    }

    private static JdbcSinkConnectorTask started(Map<String, String> properties) {
        JdbcSinkConnectorTask task = new JdbcSinkConnectorTask();
        task.initialize(context());
        task.start(properties);
        return task;
    }

    private static void write(Map<String, String> properties, List<SinkRecord> records) {
        JdbcSinkConnectorTask task = started(properties);
        try {
            task.open(List.of(PARTITION));
            task.put(records);
            task.flush(Map.of());
        } finally {
            task.stop();
        }
    }

    private static Struct key(int id) {
        return new Struct(KEY).put("id", id);
    }

    private static SinkRecord ship(long offset, int id, Schema schema, String name, String price) {
        Struct value = new Struct(schema).put("name", name).put("price", new BigDecimal(price));
        return new SinkRecord(
                "ships", 0, KEY, key(id), schema, value, offset, 0L, TimestampType.CREATE_TIME);
    }

    /** The task asks its context for what it does not have to have. */
    private static SinkTaskContext context() {
        return (SinkTaskContext)
                Proxy.newProxyInstance(
                        JdbcSinkTest.class.getClassLoader(),
                        new Class<?>[] {SinkTaskContext.class},
                        (proxy, method, arguments) -> {
                            @Nullable Object answer =
                                    switch (method.getName()) {
                                        case "configs" -> Map.of();
                                        case "assignment" -> Set.of(PARTITION);
                                        default -> null;
                                    };
                            return answer;
                        });
    }

    private static List<String> rows(String url, String user, String password, String columns)
            throws SQLException {
        return rows(url, user, password, columns, "ships");
    }

    private static List<String> rows(
            String url, String user, String password, String columns, String table)
            throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery(
                                "SELECT %s FROM %s ORDER BY id".formatted(columns, table))) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    Object value = result.getObject(column);
                    row.add(
                            value instanceof Number number
                                    ? new BigDecimal(number.toString())
                                            .stripTrailingZeros()
                                            .toPlainString()
                                    : String.valueOf(result.getString(column)));
                }
                rows.add(String.join(" ", row));
            }
        }
        return rows;
    }
}
