package naru.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import naru.connectors.SourceRun;
import naru.testkit.PostgresProcess;

import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class PostgresSourceTest {
    private static PostgresProcess postgres;

    @BeforeAll
    static void start() {
        assumeThat(PostgresProcess.missing()).isNull();
        postgres = PostgresProcess.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Test
    void everyTypeIsRead() throws Exception {
        sql(
                """
                CREATE TABLE kinds (id int PRIMARY KEY, small smallint, big bigint, price numeric(10,2), open numeric,
                    real4 real, real8 double precision, yes boolean, word text, letters varchar(9), day date,
                    hour time, plain timestamp, zoned timestamptz, raw bytea, doc jsonb, tag uuid,
                    numbers int[], words text[], mood interval, cash money, bits bit(3))
                """,
                """
                INSERT INTO kinds VALUES (1, 2, 9000000000, 12.5, 0.125, 1.5, 2.5, true, 'word', 'abc', '2024-02-29',
                    '10:11:12.5', '2024-05-01 10:00:00.123456', '2024-05-01 10:00:00.5+09', '\\x0102', '{"a": 1}',
                    '6f9619ff-8b86-d011-b42d-00c04fc964ff', '{1,null,3}', '{a,b}', '1 day', '$5.00', B'101')
                """,
                "INSERT INTO kinds (id) VALUES (2)");
        try (SourceRun run = run("incrementing", "kinds")) {
            List<SourceRecord> records = run.read(2);
            Struct full = (Struct) records.getFirst().value();
            assertThat(full.getInt32("id")).isEqualTo(1);
            assertThat(full.getInt16("small")).isEqualTo((short) 2);
            assertThat(full.getInt64("big")).isEqualTo(9_000_000_000L);
            assertThat(full.get("price")).isEqualTo(new BigDecimal("12.50"));
            assertThat((BigDecimal) full.get("open")).isEqualByComparingTo("0.125");
            assertThat(full.getFloat32("real4")).isEqualTo(1.5f);
            assertThat(full.getFloat64("real8")).isEqualTo(2.5);
            assertThat(full.getBoolean("yes")).isTrue();
            assertThat(full.getString("letters")).isEqualTo("abc");
            assertThat(instant(full, "day")).isEqualTo(Instant.parse("2024-02-29T00:00:00Z"));
            assertThat(instant(full, "hour")).isEqualTo(Instant.parse("1970-01-01T10:11:12.500Z"));
            assertThat(instant(full, "plain"))
                    .isEqualTo(Instant.parse("2024-05-01T10:00:00.123456Z"));
            assertThat(instant(full, "zoned")).isEqualTo(Instant.parse("2024-05-01T01:00:00.5Z"));
            assertThat(full.getBytes("raw")).containsExactly(1, 2);
            assertThat(full.getString("doc")).isEqualTo("{\"a\": 1}");
            assertThat(full.getString("tag")).isEqualTo("6f9619ff-8b86-d011-b42d-00c04fc964ff");
            assertThat(full.<Integer>getArray("numbers")).containsExactly(1, null, 3);
            assertThat(full.<String>getArray("words")).containsExactly("a", "b");
            assertThat(full.getString("mood")).isEqualTo("1 day");
            assertThat(full.getString("cash")).isEqualTo("$5.00");
            assertThat(full.getString("bits")).isEqualTo("101");
            assertThat(full.schema().field("price").schema().name())
                    .isEqualTo(Decimal.LOGICAL_NAME);
            assertThat(full.schema().field("zoned").schema().name())
                    .isEqualTo(Timestamp.LOGICAL_NAME);
            assertThat(full.schema().field("doc").schema().name()).isEqualTo(Columns.JSON);
            assertThat(full.schema().field("id").schema().isOptional()).isFalse();
            Struct empty = (Struct) records.getLast().value();
            for (Field field : empty.schema().fields().subList(1, empty.schema().fields().size())) {
                assertThat(empty.get(field)).as(field.name()).isNull();
            }
        }
    }

    @Test
    void columnsComeAndGoWhileItRuns() throws Exception {
        sql("CREATE TABLE shifting (id serial PRIMARY KEY, a text)");
        sql("INSERT INTO shifting (a) VALUES ('one')");
        try (SourceRun run = run("incrementing", "shifting")) {
            assertThat(names(run.read(1).getFirst())).containsExactly("id", "a");
            sql("ALTER TABLE shifting ADD COLUMN b int DEFAULT 7");
            sql("INSERT INTO shifting (a) VALUES ('two')");
            assertThat(names(run.read(1).getFirst())).containsExactly("id", "a", "b");
            sql("ALTER TABLE shifting DROP COLUMN a");
            sql("INSERT INTO shifting (b) VALUES (8)");
            SourceRecord last = run.read(1).getFirst();
            assertThat(names(last)).containsExactly("id", "b");
            assertThat(((Struct) last.value()).getInt32("b")).isEqualTo(8);
        }
    }

    @Test
    void aRestartGoesOnAfterTheLastRow() throws Exception {
        sql("CREATE TABLE ordered (id serial PRIMARY KEY, a int)");
        sql("INSERT INTO ordered (a) SELECT generate_series(1, 1000)");
        try (SourceRun run = run("incrementing", "ordered")) {
            List<Integer> ids = new ArrayList<>();
            while (ids.size() < 1000) {
                run.poll().forEach(record -> ids.add(((Struct) record.value()).getInt32("id")));
                run.restart();
            }
            assertThat(ids).isEqualTo(IntStream.rangeClosed(1, 1000).boxed().toList());
        }
    }

    @Test
    void rowsOfOneTimeAreNotLostInAnyModeWithTimes() throws Exception {
        sql(
                "CREATE TABLE changed (id serial PRIMARY KEY, at timestamptz(3) NOT NULL DEFAULT"
                        + " now())");
        // Many rows with the very same time, more than a batch.
        sql("INSERT INTO changed (at) SELECT '2024-01-01' FROM generate_series(1, 250)");
        sql("INSERT INTO changed (at) SELECT '2024-01-02' FROM generate_series(1, 50)");
        for (String mode : List.of("timestamp", "timestamp+incrementing")) {
            try (SourceRun run = run(mode, "changed")) {
                List<Integer> ids = new ArrayList<>();
                boolean restarted = false;
                while (ids.stream().distinct().count() < 300) {
                    run.poll().forEach(record -> ids.add(((Struct) record.value()).getInt32("id")));
                    if (!restarted && ids.size() >= 120) {
                        run.restart();
                        restarted = true;
                    }
                }
                if (mode.equals("timestamp+incrementing")) {
                    assertThat(ids).doesNotHaveDuplicates();
                }
                sql("UPDATE changed SET at = now() WHERE id = 17");
                assertThat(((Struct) run.read(1).getFirst().value()).getInt32("id")).isEqualTo(17);
                sql("UPDATE changed SET at = '2024-01-01' WHERE id = 17");
            }
        }
    }

    @Test
    void bulkAndQueryReadEverythingAgain() throws Exception {
        sql("CREATE TABLE little (id int PRIMARY KEY, a text)");
        sql("INSERT INTO little VALUES (1, 'x'), (2, 'y')");
        try (SourceRun run = run("bulk", "little")) {
            assertThat(run.read(4))
                    .extracting(record -> ((Struct) record.value()).getInt32("id"))
                    .containsExactly(1, 2, 1, 2);
        }
        Map<String, String> properties = properties("incrementing", "little");
        properties.remove("tables");
        properties.put("query", "SELECT id, upper(a) AS big FROM little WHERE id > 1");
        properties.put("topic.prefix", "asked");
        try (SourceRun run = new SourceRun(JdbcSourceTask::new, properties)) {
            SourceRecord record = run.read(1).getFirst();
            assertThat(record.topic()).isEqualTo("asked");
            assertThat(((Struct) record.value()).getString("big")).isEqualTo("Y");
        }
    }

    @Test
    void aDatabaseThatGoesAwayInTheMiddleLosesNothing() throws Exception {
        try (PostgresProcess mortal = PostgresProcess.start()) {
            sql(
                    mortal,
                    "CREATE TABLE many (id serial PRIMARY KEY, a text)",
                    "INSERT INTO many (a) SELECT repeat('x', 1000) FROM generate_series(1, 5000)");
            Map<String, String> properties = properties("incrementing", "many");
            properties.put("connection.url", mortal.url());
            properties.put("connection.backoff.ms", "20");
            properties.put("connection.backoff.max.ms", "200");
            try (SourceRun run = new SourceRun(JdbcSourceTask::new, properties)) {
                List<SourceRecord> records = new ArrayList<>(run.read(700));
                mortal.kill();
                for (int tries = 0; tries < 10; tries++) {
                    records.addAll(run.poll());
                }
                mortal.restart();
                records.addAll(run.read(5000 - records.size()));
                assertThat(records)
                        .extracting(record -> ((Struct) record.value()).getInt32("id"))
                        .isEqualTo(IntStream.rangeClosed(1, 5000).boxed().toList());
            }
        }
    }

    @Test
    void keyColumnsAndNumbersAreMappedAsAsked() throws Exception {
        sql("CREATE TABLE mapped (id int PRIMARY KEY, n numeric(5,0), f numeric(8,3))");
        sql("INSERT INTO mapped VALUES (1, 12345, 1.5)");
        Map<String, String> properties = properties("incrementing", "mapped");
        properties.put("numeric.mapping", "best_fit");
        properties.put("key.columns", "id");
        properties.put("timestamp.granularity", "nanos_long");
        try (SourceRun run = new SourceRun(JdbcSourceTask::new, properties)) {
            SourceRecord record = run.read(1).getFirst();
            assertThat(((Struct) record.key()).getInt32("id")).isEqualTo(1);
            Struct value = (Struct) record.value();
            assertThat(value.getInt32("n")).isEqualTo(12345);
            assertThat(value.getFloat64("f")).isEqualTo(1.5);
            assertThat(value.schema().field("n").schema().type()).isEqualTo(Schema.Type.INT32);
        }
    }

    @Test
    void validationSaysInWordsWhatIsWrong() throws Exception {
        sql("CREATE TABLE checked (id int PRIMARY KEY, label text, at timestamp)");
        Map<String, String> given = properties("incrementing", "checked");
        given.put("table.whitelist", "checked,lost");
        given.put("incrementing.column.name", "label");
        assertThat(errors(given, "incrementing.column.name"))
                .anyMatch(sentence -> sentence.contains("must be a whole number"));
        assertThat(errors(given, "table.whitelist"))
                .anyMatch(sentence -> sentence.contains("there is no table lost"));
        given = properties("timestamp", "checked");
        given.put("table.whitelist", "checked");
        given.put("timestamp.column.name", "at");
        assertThat(errors(given, "timestamp.column.name"))
                .anyMatch(sentence -> sentence.contains("validate.non.null=false"));
        given.put("timestamp.column.name", "when");
        assertThat(errors(given, "timestamp.column.name"))
                .anyMatch(
                        sentence -> sentence.contains("has no column when; it has id, label, at"));
        given.put("connection.url", "jdbc:postgresql://127.0.0.1:1/none");
        assertThat(errors(given, "connection.url"))
                .anyMatch(sentence -> sentence.contains("cannot be reached"));
        given.put("connection.url", "jdbc:unknown://x");
        assertThat(errors(given, "connection.url"))
                .anyMatch(sentence -> sentence.contains("put the driver's jar"));
    }

    @Test
    void confluentsNameIsOurs() throws Exception {
        sql("CREATE TABLE named (id serial PRIMARY KEY)");
        Map<String, String> given = properties("incrementing", "named");
        given.put("connector.class", "io.confluent.connect.jdbc.JdbcSourceConnector");
        given.put("table.whitelist", "named");
        given.put("connection.attempts", "3");
        var connector = new io.confluent.connect.jdbc.JdbcSourceConnector();
        assertThat(connector.validate(given).configValues())
                .allSatisfy(value -> assertThat(value.errorMessages()).isEmpty());
        assertThat(connector.taskClass()).isEqualTo(JdbcSourceTask.class);
    }

    private static List<String> errors(Map<String, String> given, String property) {
        return new JdbcSourceConnector()
                .validate(given).configValues().stream()
                        .filter(value -> value.name().equals(property))
                        .map(ConfigValue::errorMessages)
                        .findFirst()
                        .orElseThrow();
    }

    private static SourceRun run(String mode, String table) {
        return new SourceRun(JdbcSourceTask::new, properties(mode, table));
    }

    private static Map<String, String> properties(String mode, String table) {
        Map<String, String> properties = new HashMap<>();
        properties.put("connection.url", postgres.url());
        properties.put("mode", mode);
        properties.put("topic.prefix", "db-");
        properties.put("poll.interval.ms", "20");
        properties.put("tables", new TableId(null, "public", table).encoded());
        if (mode.contains("incrementing")) {
            properties.put("incrementing.column.name", "id");
        }
        if (mode.contains("timestamp")) {
            properties.put("timestamp.column.name", "at");
        }
        return properties;
    }

    private static List<String> names(SourceRecord record) {
        return record.valueSchema().fields().stream().map(Field::name).toList();
    }

    private static Instant instant(Struct value, String field) {
        return ((java.util.Date) value.get(field)).toInstant();
    }

    private static void sql(String... statements) throws SQLException {
        sql(postgres, statements);
    }

    private static void sql(PostgresProcess server, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url());
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }
}
