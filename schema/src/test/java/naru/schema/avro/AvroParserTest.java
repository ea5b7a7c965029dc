package naru.schema.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.schema.AnyParserTest;
import naru.schema.Compatibility;
import naru.schema.Compatibility.Versioned;
import naru.schema.CompatibilityLevel;
import naru.schema.Incompatibility;
import naru.schema.InvalidSchemaException;
import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class AvroParserTest extends AnyParserTest {

    private static final List<String> VARIED =
            List.of(
                    "'string'",
                    "{'type':'string'}",
                    "['null','string',{'type':'array','items':['null','int']}]",
                    "{'type':'bytes','logicalType':'decimal','precision':9,'scale':2}",
                    "{'type':'fixed','name':'a.Hash','size':16,'logicalType':'decimal','precision':12}",
                    "{'type':'record','name':'R','fields':[]}",
                    "{'type':'record','name':'a.b.R','doc':'text','aliases':['S','c.T'],'x':{'z':1,'y':2},"
                        + "'fields':[{'name':'one','type':'int','order':'descending','default':1,'tag':['b','a']},"
                        + "{'name':'self','type':['null','R'],'default':null},"
                        + "{'name':'at','type':{'type':'long','logicalType':'timestamp-millis'},'doc':''},"
                        + "{'name':'sky','type':{'type':'enum','name':'Sky','symbols':['A','B'],'default':'A'}},"
                        + "{'name':'more','type':{'type':'map','values':'Sky'},'default':{'k':'A'}},"
                        + "{'name':'when','type':{'type':'string','connect.name':'x','avro.java.string':'String'}}]}",
                    "{'type':'record','name':'Ünicode','fields':[{'name':'größe','type':'double','default':1.5}]}");

    AvroParserTest() {
        super(SchemaFormat.AVRO, VARIED);
    }

    @Test
    void canonicalTextIsThatOfAvro() throws Exception {
        ParsedSchema schema =
                parse(
                        "{ 'namespace' : 'weather', 'type':'record', 'name':'Station',\n"
                                + " 'fields': [ {'type': {'type':'string'}, 'name':'id'} ] }");

        assertThat(schema.canonical())
                .isEqualTo(
                        quoted(
                                "{'type':'record','name':'Station','namespace':'weather',"
                                        + "'fields':[{'name':'id','type':'string'}]}"));
        assertThat(schema.name()).isEqualTo("weather.Station");
        assertThat(schema.topLevelFields()).containsExactly("id");
        assertThat(schema.format()).isEqualTo(SchemaFormat.AVRO);
    }

    @Test
    void typeOfReferenceStaysAName() throws Exception {
        Map<String, String> references = new LinkedHashMap<>();
        references.put(
                "geo.Point",
                quoted(
                        "{'type':'record','name':'geo.Point','fields':[{'name':'unit','type':"
                                + "{'type':'enum','name':'Unit','symbols':['DEGREE']}}]}"));
        String text =
                quoted(
                        "{'type':'record','name':'Station','fields':[{'name':'unit','type':'geo.Unit'},"
                            + "{'name':'at','type':'geo.Point'}]}");

        ParsedSchema schema = PARSER.parse(SchemaFormat.AVRO, text, references);

        assertThat(schema.canonical()).isEqualTo(text);
        assertThat(schema.normalized()).isEqualTo(text);
        assertThat(schema.formatted("resolved")).contains("\"symbols\":[\"DEGREE\"]");
        assertThat(schema.formatted("unheard")).isEqualTo(text);
    }

    @Test
    void orderWithoutMeaningIsNormalized() throws Exception {
        String one =
                "{'type':'record','name':'R','aliases':['B','A'],'zz':1,'aa':{'y':1,'x':2},'fields':["
                    + "{'name':'f','type':{'type':'bytes','precision':4,'logicalType':'decimal','scale':2},"
                    + "'tag':'t','mark':'m'}]}";
        String other =
                "{'aa':{'x':2,'y':1},'zz':1,'type':'record','name':'R','aliases':['A','B'],'fields':["
                    + "{'mark':'m','tag':'t','name':'f','type':{'logicalType':'decimal','type':'bytes',"
                    + "'scale':2,'precision':4}}]}";

        assertThat(parse(one).canonical()).isNotEqualTo(parse(other).canonical());
        assertThat(parse(one).normalized()).isEqualTo(parse(other).normalized());
        assertThat(parse(parse(one).normalized()).canonical()).isEqualTo(parse(one).normalized());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "string",
                "{",
                "'string' 'int'",
                "{'type':'strin'}",
                "{'type':'record'}",
                "{'type':'record','name':'R'}",
                "{'type':'record','name':'R','fields':{}}",
                "{'type':'record','name':'R','fields':[{'name':'f'}]}",
                "{'type':'record','name':'R','fields':[{'name':'f','type':'int'},{'name':'f','type':'int'}]}",
                "{'type':'record','name':'1R','fields':[]}",
                "{'type':'record','name':'R-S','fields':[]}",
                "{'type':'record','name':'R','fields':[{'name':'f g','type':'int'}]}",
                "{'type':'enum','name':'E','symbols':['A','A']}",
                "{'type':'enum','name':'E','symbols':['A'],'default':'B'}",
                "{'type':'fixed','name':'F'}",
                "['int','int']",
                "['int',['null']]",
                "[{'type':'fixed','name':'F','size':1},{'type':'fixed','name':'F','size':2}]",
                "null",
                "1",
                "{'type':'record','name':'R','fields':[{'name':'f','type':'int','default':'x'}]}"
            })
    void unusableTextIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(InvalidSchemaException.class);
    }

    @Test
    void registeredSchemaMayHaveADefaultThatDoesNotFit() throws Exception {
        String text =
                quoted(
                        "{'type':'record','name':'R','fields':[{'name':'f','type':'int','default':'x'}]}");

        assertThat(PARSER.parseRegistered(SchemaFormat.AVRO, text, Map.of()).canonical())
                .isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(ints = {210, 5_000, 300_000})
    void deepNestingIsRefused(int times) {
        for (String open : List.of("[", "{'type':'map','values':", "{'type':{'type':")) {
            String text = open.repeat(times) + "'int'";
            assertThatThrownBy(() -> parse(text))
                    .isInstanceOf(InvalidSchemaException.class)
                    .hasMessageMatching("(?s).*(nesting depth|characters, more than).*");
        }
    }

    @Test
    void wideSchemasAreRefused() {
        refused(
                "{'type':'enum','name':'E','symbols':[" + many(6_000, ",", "'S%d'") + "]}",
                "more than 5000 symbols");
        refused(
                "[" + many(600, ",", "{'type':'fixed','name':'F%d','size':1}") + "]",
                "more than 500 branches");
        refused(
                "{'type':'record','name':'R','fields':["
                        + many(21_000, ",", "{'name':'f%d','type':'int'}")
                        + "]}",
                "more than 20000 fields");
        refused(
                "{'type':'record','name':'R','fields':["
                        + many(
                                2_000,
                                ",",
                                "{'name':'f%1$d','type':{'type':'fixed','name':'F%1$d','size':1}}")
                        + "]}",
                "more than 2000 named types");
        refused(
                "{'type':'fixed','size':1,'name':'" + "n".repeat(1_025) + "'}",
                "has 1025 characters");
        refused("'" + "x".repeat(2 << 20) + "'", "characters, more than");
    }

    @Test
    void manyReferencesAreRefused() {
        Map<String, String> many =
                IntStream.range(0, 501)
                        .boxed()
                        .collect(Collectors.toMap(i -> "r" + i, i -> "\"int\""));
        Map<String, String> large =
                IntStream.range(0, 9)
                        .boxed()
                        .collect(Collectors.toMap(i -> "r" + i, i -> " ".repeat(1_000_000)));

        assertThatThrownBy(() -> PARSER.parse(SchemaFormat.AVRO, "\"int\"", many))
                .hasMessageContaining("uses 501 others");
        assertThatThrownBy(() -> PARSER.parse(SchemaFormat.AVRO, "\"int\"", large))
                .hasMessageContaining("9000000 characters together");
    }

    @Test
    void faultyReferenceIsNamed() {
        assertThatThrownBy(
                        () -> PARSER.parse(SchemaFormat.AVRO, "\"int\"", Map.of("geo.Point", "{")))
                .isInstanceOf(InvalidSchemaException.class)
                .hasMessageStartingWith("Reference geo.Point: ");
    }

    /** Each type uses the one before: the text is flat, what it describes is deep. */
    @Test
    void chainOfTypesEndsInAnAnswer() throws Exception {
        String chain =
                "{'type':'record','name':'Top','fields':[{'name':'%s','default':null,'type':['null',{'type':'record','name':'All','fields':["
                    + "{'name':'f0','type':{'type':'record','name':'T0','fields':[]}},"
                        + IntStream.range(1, 1_500)
                                .mapToObj(i ->
                                        "{'name':'f%1$d','type':{'type':'record','name':'T%1$d','fields':[{'name':'p','type':'T%2$d'}]}}"
                                                .formatted(i, i - 1))
                                .collect(Collectors.joining(","))
                        + "]}]},{'name':'last','type':'T1499'}]}";
        ParsedSchema writer = parse(chain.formatted("a"));
        ParsedSchema reader = parse(chain.formatted("b"));

        List<String> messages =
                Compatibility.check(
                        CompatibilityLevel.BACKWARD, reader, List.of(new Versioned(1, writer)));

        assertThat(messages)
                .satisfiesAnyOf(
                        found -> assertThat(found).isEmpty(),
                        found -> assertThat(found.getFirst()).contains("too deeply"));
    }

    @Test
    void unionsOfManyRecordsAreCompared() throws Exception {
        String union =
                "["
                        + many(
                                200,
                                ",",
                                "{'type':'record','name':'R%1$d','fields':[{'name':'a%1$d','type':'int'},{'name':'b','type':'string'}]}")
                        + "]";
        assertThat(parse(union).differencesFrom(parse(union))).isEmpty();
    }

    @Test
    void unionsOfVeryManyRecordsAreSaidToBeTooLarge() throws Exception {
        String fields = many(30, ",", "{'name':'f%d','type':'int'}");
        String text =
                "["
                        + many(400, ",", "{'type':'record','name':'R%1$d','fields':[FIELDS]}")
                                .replace("FIELDS", fields)
                        + "]";
        assertThat(parse(text).differencesFrom(parse(text)))
                .containsExactly(Incompatibility.TOO_LARGE);
    }
}
