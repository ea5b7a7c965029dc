package naru.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import naru.connectors.SourceRun;

import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The source with the databases that live in a file. */
class EmbeddedSourceTest {
    @TempDir private Path folder;

    @Test
    void sqliteIsReadByTimeAndNumber() throws Exception {
        readsByTimeAndNumber("jdbc:sqlite:" + folder.resolve("a.db"), "at TEXT", "a");
    }

    @Test
    void h2IsReadByTimeAndNumber() throws Exception {
        readsByTimeAndNumber("jdbc:h2:file:" + folder.resolve("a"), "at TIMESTAMP", "A");
    }

    @Test
    void timesFinerThanSqliteComparesThemAreReadOnce() throws Exception {
        String url = "jdbc:sqlite:" + folder.resolve("fine.db");
        sql(url, "CREATE TABLE a (id INTEGER PRIMARY KEY, at TEXT NOT NULL)");
        sql(url, "INSERT INTO a VALUES (1, '2024-01-01 10:00:00.123600')");
        sql(url, "INSERT INTO a VALUES (2, '2024-01-01 10:00:00.123900')");
        for (String mode : List.of("timestamp", "timestamp+incrementing")) {
            Map<String, String> properties = new HashMap<>();
            properties.put("connection.url", url);
            properties.put("mode", mode);
            properties.put("incrementing.column.name", "id");
            properties.put("timestamp.column.name", "at");
            properties.put("quote.sql.identifiers", "never");
            properties.put("topic.prefix", "x-");
            properties.put("poll.interval.ms", "1");
            properties.put("tables", new TableId(null, null, "a").encoded());
            try (SourceRun run = new SourceRun(JdbcSourceTask::new, properties)) {
                List<SourceRecord> records = new ArrayList<>(run.read(2));
                run.restart();
                for (int again = 0; again < 10; again++) {
                    records.addAll(run.poll());
                }
                assertThat(records)
                        .as(mode)
                        .extracting(record -> first((Struct) record.value()))
                        .extracting(Object::toString)
                        .containsExactly("1", "2");
            }
        }
    }

    private static void readsByTimeAndNumber(String url, String time, String table)
            throws Exception {
        sql(
                url,
                "CREATE TABLE a (id INTEGER PRIMARY KEY, name VARCHAR(20), " + time + " NOT NULL)");
        for (int id = 1; id <= 5; id++) {
            sql(url, "INSERT INTO a VALUES (%d, 'n', '2024-01-01 10:00:00')".formatted(id));
        }
        Map<String, String> properties = new HashMap<>();
        properties.put("connection.url", url);
        properties.put("mode", "timestamp+incrementing");
        properties.put("incrementing.column.name", "id");
        properties.put("timestamp.column.name", "at");
        properties.put("quote.sql.identifiers", "never");
        properties.put("topic.prefix", "x-");
        properties.put("batch.max.rows", "2");
        properties.put("poll.interval.ms", "5");
        properties.put("tables", new TableId(null, null, table).encoded());
        List<SourceRecord> records = new ArrayList<>();
        try (SourceRun run = new SourceRun(JdbcSourceTask::new, properties)) {
            while (records.size() < 5) {
                records.addAll(run.poll());
                run.restart();
            }
            sql(url, "UPDATE a SET at = '2024-01-01 10:00:00.500', name = NULL WHERE id = 2");
            records.addAll(run.read(1));
        }
        assertThat(records)
                .extracting(record -> first((Struct) record.value()))
                .extracting(Object::toString)
                .containsExactly("1", "2", "3", "4", "5", "2");
        Struct last = (Struct) records.getLast().value();
        assertThat(last.get(last.schema().fields().get(1))).isNull();
        assertThat(Position.of(records.getLast().sourceOffset()).timestamp())
                .isEqualTo(Instant.parse("2024-01-01T10:00:00.500Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "bulk, UNSUPPORTED",
        "timestamp, UNSUPPORTED",
        "incrementing, SUPPORTED",
        "timestamp+incrementing, SUPPORTED"
    })
    void exactlyOnceIsPromisedWhereEveryRowHasItsOwnOffset(
            String mode, ExactlyOnceSupport promised) {
        assertThat(new JdbcSourceConnector().exactlyOnceSupport(Map.of("mode", mode)))
                .isEqualTo(promised);
    }

    private static Object first(Struct row) {
        return row.get(row.schema().fields().getFirst());
    }

    private static void sql(String url, String text) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }
}
