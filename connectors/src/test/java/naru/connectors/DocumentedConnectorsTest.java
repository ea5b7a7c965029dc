package naru.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.DocumentedConnectors;

import org.apache.kafka.connect.connector.Connector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The configurations of docs/connectors.md that are of this plug-in. */
class DocumentedConnectorsTest {
    /** Properties of any connector, which Kafka's worker reads. */
    private static final Set<String> WORKERS =
            Set.of(
                    "name",
                    "connector.class",
                    "tasks.max",
                    "topics",
                    "errors.tolerance",
                    "errors.deadletterqueue.topic.name");

    private static final String PASSWORD = "of a test";

    @TempDir private Path folder;

    @Test
    void everyPropertyIsKnownAndRight() throws Exception {
        String database = "jdbc:h2:file:" + folder.resolve("harbour");
        makeTables(database);
        Files.createDirectories(folder.resolve("in"));
        Map<String, Map<String, String>> connectors =
                DocumentedConnectors.of("docs/connectors.md", text -> edited(text, database));
        int checked = 0;
        for (Map<String, String> config : connectors.values()) {
            String type = String.valueOf(config.get("connector.class"));
            if (!type.startsWith("naru.connectors.") || type.contains(".sink.")) {
                continue;
            }
            Connector connector =
                    Class.forName(type)
                            .asSubclass(Connector.class)
                            .getDeclaredConstructor()
                            .newInstance();
            assertThat(connector.config().names())
                    .as(type)
                    .containsAll(
                            config.keySet().stream()
                                    .filter(name -> !WORKERS.contains(name))
                                    .toList());
            assertThat(connector.validate(config).configValues())
                    .allSatisfy(value ->
                            assertThat(value.errorMessages())
                                    .as("%s of %s", value.name(), type)
                                    .isEmpty());
            checked++;
        }
        assertThat(checked).isEqualTo(5);
    }

    /** What a reader changes: where things are. */
    private String edited(String text, String database) {
        return text.replace("jdbc:postgresql://localhost:5432/harbour", database)
                .replace("${file:/etc/naru/db.properties:password}", PASSWORD)
                .replace("public.ships,public.crews", "PUBLIC.SHIPS,PUBLIC.CREWS")
                .replace("=updated_at", "=UPDATED_AT")
                .replace("column.name=id", "column.name=ID")
                .replace("/data/", folder + "/");
    }

    private static void makeTables(String database) throws SQLException, IOException {
        try (var connection = DriverManager.getConnection(database, "naru", PASSWORD);
                var statement = connection.createStatement()) {
            for (String table : List.of("SHIPS", "CREWS")) {
                statement.execute(
                        "CREATE TABLE "
                                + table
                                + " (ID INT PRIMARY KEY, UPDATED_AT TIMESTAMP NOT NULL)");
            }
        }
    }
}
