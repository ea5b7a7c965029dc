package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import naru.testkit.DocumentedConnectors;
import naru.testkit.FreePorts;
import naru.testkit.NaruProcess;
import naru.testkit.PostgresProcess;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The connectors of docs/connectors.md between a real PostgreSQL and topics, in a node: rows are
 * written all the time, while the node is killed and comes back, and then the database.
 */
class ConnectorsIT {
    private static final String DOCUMENT = "docs/connectors.md";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TopicPartition CHANGES = new TopicPartition("harbour.public.ships", 0);
    private static final String ROWS =
            "SELECT id, name, round(price, 2), version, round(extract(epoch FROM updated_at) *"
                    + " 1000)::bigint FROM ships ORDER BY id";

    private static final long PAUSE_NANOS = 100_000_000;

    @TempDir private Path folder;

    /** A change of a row: what was done, and the number of its version; 0: it has none. */
    private record Change(String operation, int version, String name) {}

    @Test
    void everyRowArrivesWhoeverIsKilled() throws Exception {
        assumeThat(PostgresProcess.missing()).isNull();
        List<Integer> ports = FreePorts.find(2);
        CompletableFuture<NaruProcess> starting =
                CompletableFuture.supplyAsync(
                        () -> NaruProcess.start(settings(ports.get(0), ports.get(1))));
        try (PostgresProcess postgres = PostgresProcess.start();
                NaruProcess node = starting.join()) {
            ShipWriter.prepare(postgres);
            create(postgres, new ConnectClient(ports.get(0)));
            try (ShipWriter writer = new ShipWriter(postgres, 20_261_122)) {
                JavaClients.until("first rows have arrived", () -> arrived(postgres) > 100);
                node.kill();
                int atKill = writer.written();
                JavaClients.until("rows are written", () -> writer.written() > atKill + 100);
                int before = arrived(postgres);
                node.restart();
                JavaClients.until("rows go on", () -> arrived(postgres) > before + 100);
                postgres.kill();
                postgres.restart();
                int after = arrived(postgres);
                JavaClients.until("rows go on again", () -> arrived(postgres) > after + 100);
            }
            List<String> truth = rows(postgres, "harbour");
            JavaClients.until(
                    "the same rows",
                    () ->
                            arrived(postgres) == truth.size()
                                    && rows(postgres, "warehouse").equals(truth));
            seesEveryChange(postgres, node);
        }
    }

    private static Map<String, String> settings(int connect, int registry) {
        Map<String, String> settings = new HashMap<>();
        settings.put("naru.services", "broker,registry,connect");
        settings.put("naru.connect.listeners", "http://127.0.0.1:" + connect);
        settings.put("naru.registry.listeners", "http://127.0.0.1:" + registry);
        settings.put("naru.connect.key.converter", "AvroConverter");
        settings.put("naru.connect.value.converter", "AvroConverter");
        settings.put("naru.connect.offset.storage.partitions", "1");
        settings.put("naru.connect.status.storage.partitions", "1");
        settings.put("naru.connect.offset.flush.interval.ms", "500");
        settings.put("naru.connect.restart.max", "1000");
        settings.put("naru.connect.restart.backoff.ms", "200");
        settings.put("naru.connect.restart.backoff.max.ms", "1000");
        // A killed worker and the consumers of its sinks are missed soon.
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("naru.connect.session.timeout.ms", "3000");
        settings.put("naru.connect.heartbeat.interval.ms", "500");
        settings.put("naru.connect.consumer.session.timeout.ms", "3000");
        settings.put("naru.connect.consumer.heartbeat.interval.ms", "500");
        return settings;
    }

    private void create(PostgresProcess postgres, ConnectClient connect) throws IOException {
        Path secrets = Files.writeString(folder.resolve("db.properties"), "password=none\n");
        UnaryOperator<String> edit =
                text ->
                        text.replace("/etc/naru/db.properties", secrets.toString())
                                .replace("localhost:5432", "127.0.0.1:" + postgres.port())
                                .replace("=5432", "=" + postgres.port())
                                .replace("=localhost", "=127.0.0.1");
        Map<String, String> source = DocumentedConnectors.named("ships", DOCUMENT, edit);
        source.put("poll.interval.ms", "100");
        source.put("timestamp.delay.interval.ms", "2000");
        source.put("connection.backoff.max.ms", "1000");
        Map<String, String> sink = DocumentedConnectors.named("ships-to-database", DOCUMENT, edit);
        Map<String, String> changes = DocumentedConnectors.named("harbour-changes", DOCUMENT, edit);
        changes.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
        changes.put("value.converter.schemas.enable", "false");
        changes.put("retriable.restart.connector.wait.ms", "500");
        for (Map<String, String> each : List.of(source, changes, sink)) {
            connect.put(String.valueOf(each.get("name")), each);
        }
    }

    /** Asked now and then: each question is a process of the database's. */
    private static int arrived(PostgresProcess postgres) {
        LockSupport.parkNanos(PAUSE_NANOS);
        try {
            return Integer.parseInt(
                    query(ShipWriter.url(postgres, "warehouse"), "SELECT count(*) FROM ships")
                            .getFirst());
        } catch (SQLException notYetThere) {
            return 0;
        }
    }

    private static List<String> rows(PostgresProcess postgres, String database) {
        try {
            return query(ShipWriter.url(postgres, database), ROWS);
        } catch (SQLException fault) {
            throw new AssertionError(fault);
        }
    }

    private static List<String> query(String url, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(result.getString(column));
                }
                rows.add(String.join("|", row));
            }
        }
        return rows;
    }

    /** Every version of every row, which the JDBC source need not see, and a deletion. */
    private static void seesEveryChange(PostgresProcess postgres, NaruProcess node)
            throws Exception {
        ShipWriter.execute(
                ShipWriter.url(postgres, "harbour"),
                "UPDATE ships SET version = version + 1, name = 'renamed' WHERE id = 1",
                "DELETE FROM ships WHERE id = 1");
        NavigableMap<Integer, List<Change>> seen = new TreeMap<>();
        try (Consumer<String, String> consumer = new JavaClients(node.bootstrap()).consumer()) {
            consumer.assign(List.of(CHANGES));
            consumer.seekToBeginning(List.of(CHANGES));
            JavaClients.until(
                    "the deletion is in the topic",
                    () -> {
                        for (ConsumerRecord<String, String> each :
                                consumer.poll(Duration.ofSeconds(1))) {
                            if (each.value() != null) {
                                note(each.value(), seen);
                            }
                        }
                        List<Change> first = seen.getOrDefault(1, List.of());
                        return !first.isEmpty() && first.getLast().operation.equals("d");
                    });
        }
        assertThat(seen.getOrDefault(1, List.of())).extracting(Change::name).contains("renamed");
        seen.remove(1);
        List<String> last = new ArrayList<>();
        for (String row : rows(postgres, "harbour")) {
            List<String> columns = List.of(row.split("\\|", -1));
            int id = Integer.parseInt(columns.get(0));
            int version = Integer.parseInt(columns.get(3));
            NavigableSet<Integer> versions = new TreeSet<>();
            seen.getOrDefault(id, List.of()).forEach(change -> versions.add(change.version()));
            assertThat(versions)
                    .as("versions of row %d", id)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(
                                            versions.isEmpty() ? 1 : versions.first(), version)
                                    .boxed()
                                    .toList());
            last.add(columns.get(1));
        }
        assertThat(seen.values()).extracting(changes -> changes.getLast().name()).isEqualTo(last);
    }

    private static void note(String value, Map<Integer, List<Change>> seen) {
        try {
            JsonNode change = JSON.readTree(value);
            String operation = change.path("op").asText();
            JsonNode row = change.path(operation.equals("d") ? "before" : "after");
            seen.computeIfAbsent(row.path("id").asInt(), id -> new ArrayList<>())
                    .add(
                            new Change(
                                    operation,
                                    row.path("version").asInt(),
                                    row.path("name").asText()));
        } catch (IOException fault) {
            throw new AssertionError(value, fault);
        }
    }
}
