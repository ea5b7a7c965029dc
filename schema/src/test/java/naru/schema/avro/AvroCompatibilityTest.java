package naru.schema.avro;

import static org.assertj.core.api.Assertions.assertThat;

import naru.schema.Compatibility;
import naru.schema.Compatibility.Versioned;
import naru.schema.CompatibilityLevel;
import naru.schema.Incompatibility;
import naru.schema.ParsedSchema;
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

class AvroCompatibilityTest {
    private static final String STATION = record("{'name':'id','type':'string'}");

    static List<PublishedChange> changes() throws IOException {
        return PublishedChange.read("avro-changes.txt");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void changeIsJudgedAsPublished(PublishedChange change) throws Exception {
        assertThat(schema(change.reader()).differencesFrom(schema(change.writer())))
                .extracting(Incompatibility::toString)
                .containsExactlyElementsOf(change.expected());
    }

    @Test
    void messagesSayWhatClientsKnow() throws Exception {
        ParsedSchema first = schema(STATION);
        ParsedSchema second =
                schema(record("{'name':'id','type':'string'},{'name':'height','type':'int'}"));

        assertThat(
                        Compatibility.check(
                                CompatibilityLevel.BACKWARD,
                                second,
                                List.of(new Versioned(1, first))))
                .containsExactly(
                        "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field"
                            + " 'height' at path '/fields/1' in the new schema has no default value"
                            + " and is missing in the old schema', additionalInfo:'height'}",
                        "{oldSchemaVersion: 1}",
                        "{oldSchema: '" + first.canonical() + "'}");
    }

    @Test
    void forwardLooksFromTheOldSchema() throws Exception {
        ParsedSchema first =
                schema(record("{'name':'id','type':'string'},{'name':'height','type':'int'}"));
        ParsedSchema second = schema(STATION);
        List<Versioned> previous = List.of(new Versioned(3, first));

        assertThat(Compatibility.check(CompatibilityLevel.BACKWARD, second, previous)).isEmpty();
        List<String> forward = Compatibility.check(CompatibilityLevel.FORWARD, second, previous);
        assertThat(forward.getFirst())
                .contains("in the old schema has no default value and is missing in the new");
        assertThat(forward).contains("{oldSchemaVersion: 3}");
    }

    @Test
    void fullTellsForwardFirstAndTheOldSchemaOnce() throws Exception {
        List<String> messages =
                Compatibility.check(
                        CompatibilityLevel.FULL,
                        schema(record("{'name':'id','type':'int'}")),
                        List.of(new Versioned(1, schema(STATION))));

        assertThat(messages).hasSize(4);
        assertThat(messages.get(0)).contains("in the old schema does not match with the new");
        assertThat(messages.get(1)).contains("in the new schema does not match with the old");
        assertThat(messages.get(2)).isEqualTo("{oldSchemaVersion: 1}");
    }

    @Test
    void transitiveLevelLooksAtEveryVersionAndTellsTheNewestThatFails() throws Exception {
        ParsedSchema third = schema("'string'");
        List<Versioned> previous =
                List.of(
                        new Versioned(1, schema("'long'")),
                        new Versioned(2, schema("'int'")),
                        new Versioned(3, schema("'bytes'")));

        assertThat(Compatibility.check(CompatibilityLevel.BACKWARD, third, previous)).isEmpty();
        assertThat(Compatibility.check(CompatibilityLevel.BACKWARD_TRANSITIVE, third, previous))
                .contains("{oldSchemaVersion: 2}")
                .doesNotContain("{oldSchemaVersion: 1}");
        assertThat(Compatibility.check(CompatibilityLevel.NONE, third, previous)).isEmpty();
    }

    @Test
    void longEarlierSchemaIsCut() throws Exception {
        String text = record("{'name':'id','type':'string','doc':'" + "x".repeat(20_000) + "'}");
        List<String> messages =
                Compatibility.check(
                        CompatibilityLevel.BACKWARD,
                        schema("'int'"),
                        List.of(new Versioned(1, schema(text))));

        assertThat(messages)
                .anySatisfy(message ->
                        assertThat(message)
                                .startsWith("{oldSchema: <truncated> '{\"type\"")
                                .endsWith("...'}")
                                .hasSizeLessThan(10_400));
    }

    @Test
    void levelsAreNamedInAnyCase() {
        assertThat(CompatibilityLevel.parse("backward_Transitive"))
                .contains(CompatibilityLevel.BACKWARD_TRANSITIVE);
        assertThat(CompatibilityLevel.parse("sideways")).isEmpty();
    }

    private static String record(String fields) {
        return "{'type':'record','name':'Station','namespace':'weather','fields':[" + fields + "]}";
    }

    private static ParsedSchema schema(String text) throws Exception {
        return new SchemaParser(SchemaLimits.DEFAULT)
                .parse(SchemaFormat.AVRO, text.replace('\'', '"'), Map.of());
    }
}
