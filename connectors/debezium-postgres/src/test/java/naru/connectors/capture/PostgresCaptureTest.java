package naru.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.debezium.connector.postgresql.PostgresConnector;
import io.debezium.connector.postgresql.PostgresConnectorTask;

import naru.testkit.DocumentedConnectors;
import naru.testkit.PostgresProcess;

import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class PostgresCaptureTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>();

    @Test
    void everyChangeIsCapturedAlsoThoseWhileItDidNotRun() throws Exception {
        assumeThat(PostgresProcess.missing()).isNull();
        try (PostgresProcess postgres = PostgresProcess.start()) {
            sql(
                    postgres,
                    "CREATE TABLE ships (id int PRIMARY KEY, name text)",
                    "ALTER TABLE ships REPLICA IDENTITY FULL",
                    "INSERT INTO ships VALUES (1, 'snapshot')");
            PostgresConnectorTask task = begin(postgres);
            try {
                assertThat(changes(task, 1)).containsExactly("r null > snapshot");
                sql(
                        postgres,
                        "INSERT INTO ships VALUES (2, 'new')",
                        "UPDATE ships SET name = 'newer' WHERE id = 2",
                        "DELETE FROM ships WHERE id = 1");
                assertThat(changes(task, 3))
                        .containsExactly("c null > new", "u new > newer", "d snapshot > null");
            } finally {
                task.stop();
            }
            sql(postgres, "INSERT INTO ships VALUES (3, 'meanwhile')");
            task = begin(postgres);
            try {
                assertThat(changes(task, 1)).containsExactly("c null > meanwhile");
            } finally {
                task.stop();
            }
        }
    }

    @Test
    void documentedConfigurationIsRight() throws Exception {
        assumeThat(PostgresProcess.missing()).isNull();
        try (PostgresProcess postgres = PostgresProcess.start()) {
            sql(postgres, "CREATE DATABASE harbour");
            Map<String, String> documented =
                    DocumentedConnectors.named(
                            "harbour-changes",
                            "docs/connectors.md",
                            text ->
                                    text.replace("=localhost", "=127.0.0.1")
                                            .replace("=5432", "=" + postgres.port()));
            PostgresConnector connector = new PostgresConnector();
            assertThat(connector.validate(documented).configValues())
                    .allSatisfy(
                            value -> assertThat(value.errorMessages()).as(value.name()).isEmpty());
            documented.keySet().removeAll(List.of("name", "connector.class"));
            assertThat(connector.config().names()).containsAll(documented.keySet());
        }
    }

    private PostgresConnectorTask begin(PostgresProcess postgres) {
        Map<String, String> properties = new HashMap<>();
        properties.put("name", "ships");
        properties.put("connector.class", PostgresConnector.class.getName());
        properties.put("database.hostname", "127.0.0.1");
        properties.put("database.port", "" + postgres.port());
        properties.put("database.user", postgres.user());
        properties.put("database.password", "none");
        properties.put("database.dbname", postgres.database());
        properties.put("topic.prefix", "harbour");
        properties.put("plugin.name", "pgoutput");
        properties.put("table.include.list", "public.ships");
        properties.put("publication.autocreate.mode", "filtered");
        properties.put("tombstones.on.delete", "false");
        properties.put("task.id", "0");
        PostgresConnectorTask task = new PostgresConnectorTask();
        task.initialize(context(properties));
        task.start(properties);
        return task;
    }

    /** Operation, name before, name after; what was read is confirmed as Connect does it. */
    private List<String> changes(PostgresConnectorTask task, int count) throws Exception {
        List<String> changes = new ArrayList<>();
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (changes.size() < count) {
            List<SourceRecord> records = task.poll();
            for (SourceRecord record : records == null ? List.<SourceRecord>of() : records) {
                offsets.put(record.sourcePartition(), record.sourceOffset());
                task.commitRecord(record, null);
                Struct change = (Struct) record.value();
                changes.add(
                        "%s %s > %s"
                                .formatted(
                                        change.getString("op"),
                                        name(change.getStruct("before")),
                                        name(change.getStruct("after"))));
            }
            task.commit();
            assertThat(System.nanoTime()).as("%s", changes).isLessThan(deadline);
        }
        return changes;
    }

    private static @Nullable String name(@Nullable Struct row) {
        return row == null ? null : row.getString("name");
    }

    private SourceTaskContext context(Map<String, String> properties) {
        OffsetStorageReader reader =
                proxy(
                        OffsetStorageReader.class,
                        (method, argument) -> {
                            if (method.equals("offset")) {
                                return offsets.get(argument);
                            }
                            Map<Object, @Nullable Object> found = new HashMap<>();
                            for (Object partition : (Iterable<?>) argument) {
                                found.put(partition, offsets.get(partition));
                            }
                            return found;
                        });
        return proxy(
                SourceTaskContext.class,
                (method, argument) ->
                        switch (method) {
                            case "configs" -> properties;
                            case "offsetStorageReader" -> reader;
                            default -> null;
                        });
    }

    private interface Answers {
        @Nullable Object to(String method, Object argument);
    }

    private static <T> T proxy(Class<T> type, Answers answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                answers.to(
                                        method.getName(),
                                        arguments == null ? List.of() : arguments[0])));
    }

    private static void sql(PostgresProcess postgres, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.url());
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }
}
