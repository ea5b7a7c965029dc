package naru.schema.json;

import static org.assertj.core.api.Assertions.assertThat;

import naru.schema.Compatibility;
import naru.schema.Compatibility.Versioned;
import naru.schema.CompatibilityLevel;
import naru.schema.Incompatibility;
import naru.schema.PublishedChange;
import naru.schema.SchemaFormat;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class JsonCompatibilityTest {
    static List<PublishedChange> changes() throws IOException {
        return PublishedChange.read("json-changes.txt");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void changeIsJudgedAsPublished(PublishedChange change) throws Exception {
        assertThat(schema(change.reader()).findings(schema(change.writer()), false))
                .extracting(Findings.Finding::toString)
                .containsExactlyInAnyOrderElementsOf(change.expected());
    }

    @Test
    void onlyIncompatibleChangesAreTold() throws Exception {
        JsonSchema writer = schema("{'title':'a','type':'string','maxLength':9}");
        JsonSchema reader = schema("{'title':'b','type':'string','maxLength':8}");

        assertThat(reader.differencesFrom(writer))
                .extracting(Incompatibility::toString)
                .containsExactly("MAX_LENGTH_DECREASED #/maxLength");
        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.BACKWARD,
                                reader,
                                List.of(new Versioned(4, writer))))
                .containsExactly(
                        "{errorType:\"MAX_LENGTH_DECREASED\", description:\"The value at path"
                            + " '#/maxLength' in the new schema is less than its value in the old"
                            + " schema\"}",
                        "{oldSchemaVersion: 4}",
                        "{oldSchema: '" + writer.canonical() + "'}");
        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.FORWARD,
                                reader,
                                List.of(new Versioned(4, writer))))
                .isEmpty();
    }

    /** What was assumed of a pair that is met within itself must not outlive its refutation. */
    @Test
    void wrongAssumptionAboutACircleIsFoundOut() throws Exception {
        String circle =
                "{'type':'object','properties':{'root':{'oneOf':[{'$ref':'#/definitions/A'},{'$ref':'#/definitions/B'}]}},"
                    + "'definitions':{'A':{'type':'object','properties':{'id':{'type':'%s'},'to':{'oneOf':[{'$ref':'#/definitions/C'}]}}},"
                    + "'B':{'type':'object','properties':{'id':{'type':'%s'},'to':{'oneOf':[{'$ref':'#/definitions/C'}]}}},"
                    + "'C':{'type':'object','properties':{'id':{'type':'integer'},'to':{'oneOf':[{'$ref':'#/definitions/A'}]}}}}}";

        JsonSchema writer = schema(circle.formatted("string", "boolean"));
        JsonSchema reader = schema(circle.formatted("boolean", "null"));

        assertThat(reader.differencesFrom(writer)).isNotEmpty();
        assertThat(writer.differencesFrom(writer)).isEmpty();
    }

    /** Every product may contain every product: without memory this is exponential. */
    @Test
    void unionsOfEachOtherAreCompared() throws Exception {
        List<String> names = IntStream.range(0, 20).mapToObj(i -> "P" + i).toList();
        String union =
                names.stream()
                        .map(name -> "{'$ref':'#/definitions/" + name + "'}")
                        .collect(Collectors.joining(",", "{'oneOf':[", "]}"));
        String text =
                names.stream()
                        .map(name ->
                                "'%s':{'type':'object','properties':{'%s':{'type':'string'},'a':%s,'b':%s}}"
                                        .formatted(name, name, union, union))
                        .collect(
                                Collectors.joining(
                                        ",",
                                        "{'properties':{'p':" + union + "},'definitions':{",
                                        "}}"));
        JsonSchema schema = schema(text);
        assertThat(schema.differencesFrom(schema(text))).isEmpty();
        assertThat(
                        schema(text.replace("'P7':{'type':'string'}", "'P7':{'type':'null'}"))
                                .differencesFrom(schema))
                .isNotEmpty();
    }

    /** Two ways from each definition to the next: the number of ways doubles with each. */
    @Test
    void definitionsReachedOnManyWaysAreToldOfSomeTimes() throws Exception {
        String text =
                IntStream.range(0, 60)
                        .mapToObj(i ->
                                "'D%1$d':{'type':'object','properties':{'l':{'$ref':'#/definitions/D%2$d'},'r':{'$ref':'#/definitions/D%2$d'}}}"
                                        .formatted(i, i + 1))
                        .collect(
                                Collectors.joining(
                                        ",",
                                        "{'$ref':'#/definitions/D0','definitions':{",
                                        ",'D60':{'type':'%s'}}}"));
        assertThat(schema(text.formatted("null")).differencesFrom(schema(text.formatted("string"))))
                .hasSizeBetween(1, 200);
    }

    private static JsonSchema schema(String text) throws Exception {
        return (JsonSchema)
                new SchemaParser(SchemaLimits.DEFAULT)
                        .parse(SchemaFormat.JSON, text.replace('\'', '"'), Map.of());
    }
}
