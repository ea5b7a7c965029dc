package naru.connectors.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.debezium.connector.jdbc.JdbcSinkConnectorTask;

import naru.testkit.PostgresProcess;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
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
        }
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
        JdbcSinkConnectorTask task = new JdbcSinkConnectorTask();
        task.initialize(context());
        task.start(
                Map.of(
                        "connection.url", url,
                        "connection.username", user,
                        "connection.password", password,
                        "insert.mode", "upsert",
                        "delete.enabled", "true",
                        "primary.key.mode", "record_key",
                        "schema.evolution", "basic",
                        "connection.pool.min_size", "1",
                        "connection.pool.max_size", "2"));
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
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT " + columns + " FROM ships ORDER BY id")) {
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
