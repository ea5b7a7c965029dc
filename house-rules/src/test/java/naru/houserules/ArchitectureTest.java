package naru.houserules;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.Set;

class ArchitectureTest {
    private static final String EXAMPLES = "naru.houserules.example";

    private static final JavaClasses HOUSE =
            new ClassFileImporter()
                    .withImportOption(location -> !location.contains("/naru/houserules/"))
                    .importPackages("naru");
    private static final JavaClasses BAD_EXAMPLES =
            new ClassFileImporter().importPackages(EXAMPLES);

    private static final Map<String, ArchRule> RULES = new Architecture("naru").rules();
    private static final Map<String, ArchRule> RULES_OF_EXAMPLES =
            new Architecture(EXAMPLES).rules();

    /** Which class of the bad examples each rule must catch. */
    private static final Map<String, String> CAUGHT =
            Map.ofEntries(
                    Map.entry("wire uses no module", "wire.KnowsLog"),
                    Map.entry("log uses only [wire]", "log.KnowsApp"),
                    Map.entry("quorum uses only [wire]", "quorum.KnowsLog"),
                    Map.entry("coordination uses only [wire]", "coordination.KnowsLog"),
                    Map.entry(
                            "broker uses only [coordination, log, quorum, wire]",
                            "broker.KnowsApp"),
                    Map.entry("http uses no module", "http.KnowsLog"),
                    Map.entry("schema uses no module", "schema.KnowsLog"),
                    Map.entry("registry uses only [http, schema]", "registry.KnowsLog"),
                    Map.entry("rest uses only [http, schema]", "rest.KnowsLog"),
                    Map.entry("connect uses only [http, schema]", "connect.KnowsLog"),
                    Map.entry("connectors uses only [schema]", "connectors.KnowsLog"),
                    Map.entry("demo uses only [http, schema]", "demo.KnowsLog"),
                    Map.entry("junit uses only [broker]", "junit.KnowsLog"),
                    Map.entry("nothing uses junit", "app.KnowsJunit"),
                    Map.entry(
                            "only quorum uses Kafka's raft, controller, metadata, image",
                            "broker.KnowsRaft"),
                    Map.entry(
                            "only coordination uses Kafka's coordinator",
                            "broker.KnowsCoordinator"),
                    Map.entry("log knows no request", "log.KnowsRequest"),
                    Map.entry(
                            "coordination knows no thread, file or socket",
                            "coordination.KnowsThread"),
                    Map.entry("only app ends the process", "broker.EndsProcess"),
                    Map.entry("no relics of early Java", "broker.UsesRelic"),
                    Map.entry(
                            "production code waits on conditions and does not sleep",
                            "broker.Sleeps"),
                    Map.entry("time is passed in to [wire, log, coordination]", "log.AsksClock"),
                    Map.entry(
                            "chance is passed in to [wire, log, coordination]",
                            "coordination.RollsDice"));

    static Set<String> rules() {
        return RULES.keySet();
    }

    @Test
    void everyModuleIsLookedAt() {
        for (String module :
                List.of(
                        "wire",
                        "log",
                        "quorum",
                        "coordination",
                        "broker",
                        "http",
                        "schema",
                        "registry",
                        "rest",
                        "demo",
                        "app",
                        "junit",
                        "testkit")) {
            assertThat(HOUSE)
                    .as(module)
                    .anyMatch(c -> c.getPackageName().startsWith("naru." + module));
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void houseHoldsToTheRule(String rule) {
        rule(RULES, rule).check(HOUSE);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void badExampleIsCaught(String rule) {
        assertThat(CAUGHT).as("add a bad example for the rule").containsKey(rule);
        EvaluationResult result = rule(RULES_OF_EXAMPLES, rule).evaluate(BAD_EXAMPLES);
        assertThat(result.getFailureReport().getDetails())
                .isNotEmpty()
                .allMatch(line -> line.contains(EXAMPLES + "." + CAUGHT.get(rule)));
    }

    private static ArchRule rule(Map<String, ArchRule> rules, String name) {
        ArchRule rule = rules.get(name);
        assertThat(rule).as(name).isNotNull();
        return rule;
    }
}
