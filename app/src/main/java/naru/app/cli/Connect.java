package naru.app.cli;

import com.fasterxml.jackson.databind.JsonNode;

import naru.app.explain.ConnectorExplainer;
import naru.app.explain.ConnectorFacts;
import naru.app.explain.Finding;
import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code naru connect}: connectors and their tasks. */
@Command(
        name = "connect",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Make, watch and mend connectors. Works with any Kafka Connect worker.",
        footer = {
            "",
            "A connector is a file: properties with name=..., connector.class=... and what the",
            "connector wants, or the JSON that Connect's REST API takes.",
            "",
            "Examples:",
            "  naru connect plugins                      which connectors there are",
            "  naru connect validate orders.properties   which property is wrong, and why",
            "  naru connect create orders.properties --dry-run",
            "                                            read one record, write nothing",
            "  naru connect create orders.properties",
            "  naru connect list",
            "  naru connect explain orders               why it stands where it does",
            "  naru connect logs orders -f",
            "  naru connect restart orders"
        })
public final class Connect extends ConnectCommand {
    private static final int FOLLOW_MILLIS = 1_000;

    public Connect(Terminal terminal) {
        super(terminal);
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists connectors.")
    int list() {
        JsonNode all = client().get("/connectors?expand=status&expand=info");
        List<Map<String, Object>> rows = new ArrayList<>();
        Table table =
                new Table().text("NAME").text("TYPE").text("STATE").text("TASKS").text("CLASS");
        for (Map.Entry<String, JsonNode> each : all.properties()) {
            JsonNode status = each.getValue().path("status");
            Map<String, Integer> tasks = new LinkedHashMap<>();
            status.path("tasks")
                    .forEach(task -> tasks.merge(task.path("state").asText(), 1, Integer::sum));
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", each.getKey());
            row.put("type", status.path("type").asText());
            row.put("state", status.path("connector").path("state").asText());
            row.put("tasks", tasks);
            row.put(
                    "class",
                    each.getValue().path("info").path("config").path("connector.class").asText());
            rows.add(row);
            List<String> told = new ArrayList<>();
            tasks.forEach((state, count) -> told.add(count + " " + state));
            table.row(
                    each.getKey(),
                    row.getOrDefault("type", ""),
                    row.getOrDefault("state", ""),
                    String.join(", ", told),
                    row.getOrDefault("class", ""));
        }
        if (rows.isEmpty() && !json()) {
            tell("there are no connectors; make one with: naru connect create FILE");
        } else {
            show(rows, table);
        }
        return OK;
    }

    @Command(
            name = "plugins",
            mixinStandardHelpOptions = true,
            description = "Lists the connectors that can be made; with --all also the rest.")
    int plugins(
            @Option(names = "--all", description = "Transforms, predicates and converters too.")
                    boolean all) {
        JsonNode plugins = client().get("/connector-plugins?connectorsOnly=" + !all);
        Table table = new Table().text("TYPE").text("CLASS").text("VERSION");
        plugins.forEach(each ->
                table.row(
                        each.path("type").asText(),
                        each.path("class").asText(),
                        each.path("version").asText("")));
        show(plugins, table);
        return OK;
    }

    @Command(
            name = "validate",
            mixinStandardHelpOptions = true,
            description =
                    "Says which properties are wrong and what they should be. Exit code 1: some"
                            + " are.")
    int validate(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(names = "--dry-run", description = DRY_RUN) boolean dryRun) {
        ConnectorFile connector = ConnectorFile.read(file);
        return dryRun ? dryRun(connector) : validated(connector, true) ? OK : FAILED;
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a connector of a file, or changes it to what the file says.")
    int create(
            @Parameters(paramLabel = "FILE") Path file,
            @Option(names = "--dry-run", description = DRY_RUN) boolean dryRun) {
        ConnectorFile connector = ConnectorFile.read(file);
        if (dryRun) {
            return dryRun(connector);
        }
        if (!validated(connector, false)) {
            return FAILED;
        }
        ConnectClient.Answer answer =
                client().ask(
                                "PUT",
                                "/connectors/"
                                        + ConnectClient.segment(connector.name())
                                        + "/config",
                                connector.config());
        if (answer.isRefusal()) {
            return fail(answer.message());
        }
        tell(
                "%s connector %s; see: naru connect status %s"
                        .formatted(
                                answer.status() == 201 ? "made" : "changed",
                                connector.name(),
                                connector.name()));
        return OK;
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows a connector and its tasks.")
    int status(@Parameters(paramLabel = "NAME") String name) {
        JsonNode status = client().get("/connectors/" + ConnectClient.segment(name) + "/status");
        Table table = new Table().text("PART").text("STATE").text("WORKER").text("CAUSE");
        table.row(
                "connector",
                status.path("connector").path("state").asText(),
                status.path("connector").path("worker_id").asText(),
                ConnectorExplainer.firstLine(status.path("connector").path("trace").asText("")));
        status.path("tasks")
                .forEach(task ->
                        table.row(
                                "task " + task.path("id").asInt(),
                                task.path("state").asText(),
                                task.path("worker_id").asText(),
                                ConnectorExplainer.firstLine(task.path("trace").asText(""))));
        show(status, table);
        return OK;
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description = "Says in sentences why a connector stands where it does, and what to do.")
    int explain(@Parameters(paramLabel = "NAME") String name) {
        ConnectClient client = client();
        String path = ConnectClient.segment(name);
        JsonNode status = client.get("/connectors/" + path + "/status");
        JsonNode own = client.ask("GET", "/naru/connectors/" + path, null).body();
        JsonNode log = client.ask("GET", "/naru/connectors/" + path + "/log", null).body();
        List<Finding> findings =
                ConnectorExplainer.explain(ConnectorFacts.of(name, status, own, log));
        if (json()) {
            showJson(Map.of("about", name, "findings", findings));
        } else {
            findings.forEach(this::print);
        }
        return OK;
    }

    @Command(
            name = "logs",
            mixinStandardHelpOptions = true,
            description = "Shows what a connector logged last; -f goes on with what comes.")
    int logs(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = {"-f", "--follow"},
                            description = "Goes on until Ctrl-C.")
                    boolean follow)
            throws InterruptedException {
        ConnectClient client = client();
        String path = "/naru/connectors/" + ConnectClient.segment(name) + "/log?after=";
        long after = 0;
        do {
            JsonNode lines = client.get(path + after);
            for (JsonNode line : lines) {
                after = line.path("number").asLong();
                print(line);
            }
            if (after == 0 && !follow && !json()) {
                tell(
                        "nothing was logged; for more: curl -X PUT -H 'Content-Type:"
                                + " application/json' -d '{\"level\":\"INFO\"}' "
                                + client.address()
                                + "/admin/loggers/org.apache.kafka.connect");
            }
            terminal.out().flush();
            if (follow && new CountDownLatch(1).await(FOLLOW_MILLIS, TimeUnit.MILLISECONDS)) {
                return OK;
            }
        } while (follow);
        return OK;
    }

    private void print(JsonNode line) {
        if (json()) {
            terminal.out().println(line);
            return;
        }
        terminal.out()
                .println(
                        PlainText.of(
                                "%s %-5s %s %s"
                                        .formatted(
                                                Instant.ofEpochMilli(line.path("at").asLong()),
                                                line.path("level").asText(),
                                                line.path("context").asText(),
                                                line.path("text").asText())));
    }

    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Starts a connector and its tasks again.")
    int restart(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--only-failed", description = "Leaves alone what runs.")
                    boolean onlyFailed) {
        return act(
                "POST",
                name,
                "/restart?includeTasks=true&onlyFailed=" + onlyFailed,
                "restarts connector ");
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Lets tasks wait; they keep what they hold.")
    int pause(@Parameters(paramLabel = "NAME") String name) {
        return act("PUT", name, "/pause", "pauses connector ");
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Lets what was paused or stopped go on.")
    int resume(@Parameters(paramLabel = "NAME") String name) {
        return act("PUT", name, "/resume", "resumes connector ");
    }

    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = "Ends the tasks; configuration and offsets stay.")
    int stop(@Parameters(paramLabel = "NAME") String name) {
        return act("PUT", name, "/stop", "stopped connector ");
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description =
                    "Ends a connector and forgets its configuration; offsets of sources stay.")
    int delete(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Does not ask first.")
                    boolean yes) {
        if (!yes && !Confirmation.given(terminal, "delete connector " + name)) {
            return fail("nothing was deleted");
        }
        return act("DELETE", name, "", "deleted connector ");
    }
}
