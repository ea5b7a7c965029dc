package naru.registry.schema.avro;

import static org.assertj.core.api.Assertions.assertThat;

import naru.registry.schema.Compatibility;
import naru.registry.schema.Compatibility.Versioned;
import naru.registry.schema.CompatibilityLevel;
import naru.registry.schema.Incompatibility;
import naru.registry.schema.ParsedSchema;
import naru.registry.schema.SchemaFormat;
import naru.registry.schema.SchemaLimits;
import naru.registry.schema.SchemaParser;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

class AvroCompatibilityTest {
    private static final String STATION = record("{'name':'id','type':'string'}");

    /** What changed, the writer's schema, the reader's schema, what is found. */
    static Stream<Arguments> changes() {
        return Stream.of(
                change("nothing", "'int'", "'int'"),
                change("int is read as long", "'int'", "'long'"),
                change("float is read as double", "'float'", "'double'"),
                change("bytes are read as string", "'bytes'", "'string'"),
                change("string is read as bytes", "'string'", "'bytes'"),
                change("long is not read as int", "'long'", "'int'", "TYPE_MISMATCH /"),
                change("boolean is not read as int", "'boolean'", "'int'", "TYPE_MISMATCH /"),
                change(
                        "a field with a default is added",
                        STATION,
                        record(
                                "{'name':'id','type':'string'},{'name':'height','type':'int','default':0}")),
                change(
                        "a field without default is added",
                        STATION,
                        record("{'name':'id','type':'string'},{'name':'height','type':'int'}"),
                        "READER_FIELD_MISSING_DEFAULT_VALUE /fields/1"),
                change(
                        "a field is removed",
                        record("{'name':'id','type':'string'},{'name':'height','type':'int'}"),
                        STATION),
                change(
                        "a field is renamed with its old name as alias",
                        STATION,
                        record("{'name':'code','type':'string','aliases':['id']}")),
                change(
                        "a field changes its type",
                        STATION,
                        record("{'name':'id','type':'int'}"),
                        "TYPE_MISMATCH /fields/0/type"),
                change(
                        "a field becomes nullable",
                        STATION,
                        record("{'name':'id','type':['null','string']}")),
                change(
                        "a nullable field becomes required",
                        record("{'name':'id','type':['null','string']}"),
                        STATION,
                        "TYPE_MISMATCH /fields/0/type/0"),
                change(
                        "the record has another name",
                        STATION,
                        STATION.replace("Station", "Place"),
                        "NAME_MISMATCH /name"),
                change(
                        "a symbol is added",
                        "{'type':'enum','name':'Sky','symbols':['CLEAR']}",
                        "{'type':'enum','name':'Sky','symbols':['CLEAR','GREY']}"),
                change(
                        "a symbol is removed",
                        "{'type':'enum','name':'Sky','symbols':['CLEAR','GREY']}",
                        "{'type':'enum','name':'Sky','symbols':['CLEAR']}",
                        "MISSING_ENUM_SYMBOLS /symbols"),
                change(
                        "a symbol is removed, with a default for it",
                        "{'type':'enum','name':'Sky','symbols':['CLEAR','GREY']}",
                        "{'type':'enum','name':'Sky','symbols':['CLEAR'],'default':'CLEAR'}"),
                change("a branch is added", "['null','int']", "['null','int','string']"),
                change(
                        "a branch is removed",
                        "['null','int','string']",
                        "['null','int']",
                        "MISSING_UNION_BRANCH /2"),
                change(
                        "fixed has another size",
                        "{'type':'fixed','name':'Hash','size':16}",
                        "{'type':'fixed','name':'Hash','size':32}",
                        "FIXED_SIZE_MISMATCH /size"),
                change(
                        "the elements of an array change",
                        "{'type':'array','items':'string'}",
                        "{'type':'array','items':'int'}",
                        "TYPE_MISMATCH /items"),
                change(
                        "the values of a map are widened",
                        "{'type':'map','values':'int'}",
                        "{'type':'map','values':'double'}"),
                change(
                        "two faults are both told",
                        record("{'name':'id','type':'string'}"),
                        record("{'name':'id','type':'int'},{'name':'height','type':'int'}"),
                        "TYPE_MISMATCH /fields/0/type",
                        "READER_FIELD_MISSING_DEFAULT_VALUE /fields/1"),
                change(
                        "a recursive record gains a field",
                        record("{'name':'next','type':['null','Station']}"),
                        record(
                                "{'name':'next','type':['null','Station']},{'name':'id','type':'string'}"),
                        "READER_FIELD_MISSING_DEFAULT_VALUE /fields/1"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void changeIsJudgedAsPublished(String what, String writer, String reader, List<String> expected)
            throws Exception {
        assertThat(schema(reader).differencesFrom(schema(writer)))
                .extracting(Incompatibility::toString)
                .containsExactlyElementsOf(expected);
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
                        "{oldSchema: '" + first.canonical() + "'}",
                        "{validateFields: 'false', compatibility: 'BACKWARD'}");
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

        assertThat(messages).hasSize(5);
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
                .contains(
                        "{oldSchemaVersion: 2}",
                        "{validateFields: 'false', compatibility: 'BACKWARD_TRANSITIVE'}")
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

    private static Arguments change(String what, String writer, String reader, String... expected) {
        return Arguments.of(what, writer, reader, List.of(expected));
    }

    private static String record(String fields) {
        return "{'type':'record','name':'Station','namespace':'weather','fields':[" + fields + "]}";
    }

    private static ParsedSchema schema(String text) throws Exception {
        return new SchemaParser(SchemaLimits.DEFAULT)
                .parse(SchemaFormat.AVRO, text.replace('\'', '"'), Map.of());
    }
}
