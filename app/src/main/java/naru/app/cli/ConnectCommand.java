package naru.app.cli;

import com.fasterxml.jackson.databind.JsonNode;

import naru.app.explain.Finding;
import naru.app.terminal.Json;
import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What commands about connectors have in common: the way to the worker, and how it is shown. */
abstract class ConnectCommand {
    static final int OK = 0;
    static final int FAILED = 1;
    static final String DRY_RUN =
            "Starts the connector with a first record, shows what would be written, writes"
                    + " nothing.";

    final Terminal terminal;

    @Option(
            names = "--connect",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = {
                "Any worker of the Connect cluster.",
                "Default: NARU_CONNECT or " + ConnectClient.DEFAULT
            })
    @Nullable String connect;

    @Option(
            names = "--user",
            paramLabel = "NAME[:PASSWORD]",
            scope = ScopeType.INHERIT,
            description = "A user of the cluster; the password may stand in NARU_PASSWORD.")
    @Nullable String user;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = {
                "PEM file with the authority of an https worker, as DIR/security-ca.pem of a",
                "node that was started with --secure. Default: whom Java trusts."
            })
    @Nullable Path authority;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            scope = ScopeType.INHERIT,
            description = "A table for people (default) or json for programs.")
    @Nullable OutputFormat output;

    ConnectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    final ConnectClient client() {
        return new ConnectClient(connect, user, authority);
    }

    final boolean json() {
        return output == OutputFormat.json;
    }

    final void show(Object value, Table table) {
        if (json()) {
            showJson(value);
        } else {
            table.print(terminal.out(), terminal.paint());
        }
    }

    final void showJson(Object value) {
        terminal.out().println(Json.pretty(value));
    }

    final void tell(String sentence) {
        if (!json()) {
            terminal.out().println(PlainText.of(sentence));
        }
    }

    final int fail(String sentence) {
        terminal.err().println("naru: " + PlainText.of(sentence));
        return FAILED;
    }

    final void print(Finding finding) {
        var paint = terminal.paint();
        String mark =
                switch (finding.level()) {
                    case fine -> "   ";
                    case notable -> paint.yellow(" * ");
                    case problem -> paint.red("!! ");
                };
        terminal.out().println(mark + PlainText.of(finding.sentence()));
        @Nullable String advice = finding.advice();
        if (advice != null) {
            terminal.out().println("   " + paint.faint("> " + PlainText.of(advice)));
        }
    }

    final int act(String method, String name, String what, String told) {
        client().required(method, "/connectors/" + ConnectClient.segment(name) + what, null);
        tell(told + name);
        return OK;
    }

    /** A property that is wrong; the JSON of {@code connect validate}. */
    record Problem(String property, String value, String problem) {}

    /** Whether all properties are right; tells those that are not. */
    final boolean validated(ConnectorFile connector, boolean tellsWhenRight) {
        JsonNode infos =
                client().required(
                                "PUT",
                                "/connector-plugins/"
                                        + ConnectClient.segment(connector.type())
                                        + "/config/validate",
                                connector.config());
        List<Problem> problems = new ArrayList<>();
        for (JsonNode each : infos.path("configs")) {
            JsonNode value = each.path("value");
            for (JsonNode error : value.path("errors")) {
                problems.add(
                        new Problem(
                                value.path("name").asText(),
                                connector.config().getOrDefault(value.path("name").asText(), ""),
                                sentence(error.asText(), each.path("definition"))));
            }
        }
        if (!json()) {
            UnnamedProperties.of(connector.config().keySet(), infos.path("configs"))
                    .forEach(terminal.err()::println);
        }
        tell(problems, tellsWhenRight ? connector.name() + ": every property is right" : "");
        return problems.isEmpty();
    }

    private static String sentence(String error, JsonNode definition) {
        String documentation = definition.path("documentation").asText("").strip();
        int end = documentation.indexOf(". ");
        String first = end < 0 ? documentation : documentation.substring(0, end + 1);
        return first.isEmpty() ? plain(error) : plain(error) + "  (" + first + ")";
    }

    /**
     * What Kafka's checks say, without what is told beside it and without names of Java's types.
     */
    static String plain(String error) {
        return error.replaceFirst("(?s)^Invalid value .* for configuration [^:]+: ", "")
                .replaceFirst("Not a number of type (?:INT|LONG|SHORT)", "must be a whole number")
                .replaceFirst("Not a number of type DOUBLE", "must be a number")
                .replaceFirst("Expected value to be either true or false", "must be true or false")
                .replaceFirst(
                        "Missing required configuration \"[^\"]*\" which has no default value\\.",
                        "it is required");
    }

    private void tell(List<Problem> problems, String whenRight) {
        if (json()) {
            if (!problems.isEmpty() || !whenRight.isEmpty()) {
                showJson(problems);
            }
            return;
        }
        if (problems.isEmpty()) {
            if (!whenRight.isEmpty()) {
                tell(whenRight);
            }
            return;
        }
        for (Problem problem : problems) {
            String value = problem.value.isEmpty() ? "is not set" : "= " + problem.value;
            terminal.out()
                    .println(
                            terminal.paint().red("!! ")
                                    + PlainText.of(problem.property + " " + value));
            terminal.out().println("   " + PlainText.of(problem.problem));
        }
    }

    /** Tries a connector with one record, without effect. */
    final int dryRun(ConnectorFile connector) {
        JsonNode outcome = client().required("POST", "/naru/dry-run", connector.config());
        if (json()) {
            showJson(outcome);
            return outcome.path("problems").isEmpty() ? OK : FAILED;
        }
        for (JsonNode problem : outcome.path("problems")) {
            terminal.out()
                    .println(
                            PlainText.of(
                                    "!! %s = %s%n   %s"
                                            .formatted(
                                                    problem.path("property").asText(),
                                                    problem.path("value").asText("(not set)"),
                                                    problem.path("problem").asText())));
        }
        tell(outcome.path("said").asText());
        for (JsonNode each : outcome.path("records")) {
            tell("  topic  " + each.path("topic").asText());
            tell("  key    " + told(each, "key"));
            tell("  value  " + told(each, "value"));
            each.path("headers")
                    .properties()
                    .forEach(header ->
                            tell(
                                    "  header "
                                            + header.getKey()
                                            + ": "
                                            + header.getValue().asText()));
        }
        return outcome.path("problems").isEmpty() ? OK : FAILED;
    }

    private static String told(JsonNode shown, String part) {
        String schema = shown.path(part + "Schema").asText("");
        return shown.path(part).asText("null") + (schema.isEmpty() ? "" : "  (" + schema + ")");
    }
}
